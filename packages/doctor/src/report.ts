import type { FirewallRequest, Side } from '@duoport/firewall';
import type { FindingCode } from './finding-codes.ts';

/** How a data connection is agreed on. */
export type DataVerb = 'PASV' | 'EPSV' | 'PORT' | 'EPRT';

/** Which end of the path, as far as the evidence goes. */
export type HopSide = Side | 'unknown';

/** What one way of making a data connection came to. Plain data. */
export interface ModeResult {
  readonly verb: DataVerb;
  readonly secure: boolean;
  readonly outcome: 'works' | 'fails' | 'not-tried';
  /** Where it ended: the last thing that was tried. */
  readonly step: 'command' | 'connect' | 'accept' | 'tls' | 'transfer' | 'done';
  /** How it ended there. */
  readonly how: 'done' | 'reply' | 'refused' | 'rejected' | 'silent' | 'closed' | 'garbage' | 'skipped';
  /** One plain sentence. */
  readonly text: string;
  /** Milliseconds. */
  readonly took: number;
  /** Where on the path it stops: 0 this machine, 1 the first router, one more than there are hops the server. */
  readonly at?: number | undefined;
  /** The finding that explains it, when it fails. */
  readonly cause?: FindingCode | undefined;
}

export interface Finding {
  readonly code: FindingCode;
  readonly severity: 'fault' | 'warning' | 'note';
  readonly side: HopSide;
  /** Hidden under these when they were found too. */
  readonly dependsOn: readonly FindingCode[];
  /** The ways of making a data connection that it explains. */
  readonly breaks: readonly { readonly verb: DataVerb; readonly secure: boolean }[];
  /** Plain words. Strings of the server are made harmless before they get here. */
  readonly text: string;
  /** What was seen, one line each, in the order seen. */
  readonly evidence: readonly string[];
  readonly remedies: readonly Remedy[];
}

/** What to do, as data. The first of a finding is the one to try first. */
export type Remedy =
  /** Open these flows on that side: `@duoport/firewall` makes the rules. */
  | { readonly kind: 'flows'; readonly side: Side; readonly request: FirewallRequest; readonly text: string }
  /** Change a setting of a server, a client or a box, in its own words. */
  | {
      readonly kind: 'setting';
      readonly side: Side;
      readonly product: string;
      readonly setting: string;
      readonly text: string;
    }
  /** Use another mode, which was seen to work. */
  | { readonly kind: 'mode'; readonly mode: 'passive' | 'active'; readonly text: string }
  | { readonly kind: 'advice'; readonly side: HopSide; readonly text: string };

/** One hop of the path, as far as it could be seen. */
export interface Hop {
  /** 1 is the first router after this machine. */
  readonly distance: number;
  readonly address: string | undefined;
  readonly side: HopSide;
}

/** What a run of the doctor found out. Plain data: printed, sent as JSON, compared in tests. */
export interface Report {
  readonly url: string;
  /** ISO 8601, UTC. */
  readonly started: string;
  /** Milliseconds. */
  readonly took: number;
  /** This machine's address on the control connection. */
  readonly client: { readonly address: string | undefined };
  readonly server: {
    readonly address: string | undefined;
    readonly port: number;
    readonly greeting: string | undefined;
    /** `vsftpd`, `proftpd`, `pure-ftpd`, `filezilla`, `iis`, `duoport`, … */
    readonly product: string | undefined;
    readonly tls: boolean | undefined;
  };
  /** Routers on the way. Undefined: they could not be seen. */
  readonly routers: number | undefined;
  readonly hops: readonly Hop[];
  readonly modes: readonly ModeResult[];
  /** The lowest and the highest passive port that was announced, and in how many replies. */
  readonly passivePorts:
    | { readonly low: number; readonly high: number; readonly samples: number }
    | undefined;
  readonly findings: readonly Finding[];
  readonly works: { readonly passive: boolean; readonly active: boolean };
}
