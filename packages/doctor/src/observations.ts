import type { PortRange } from '@duoport/net';
import type { DataVerb } from './report.ts';

/** How one TCP connection that we dialled went. */
export interface DialObservation {
  readonly to: { readonly address: string; readonly port: number };
  /** `rejected`: an ICMP error; `refused`: a reset. */
  readonly how: 'open' | 'refused' | 'rejected' | 'silent' | 'failed';
  /** Node's error code: ECONNREFUSED, EHOSTUNREACH, ENETUNREACH, ETIMEDOUT … */
  readonly errno: string | undefined;
  /** Milliseconds until that was known. */
  readonly took: number;
  /** Who sent the ICMP error, when packets could be watched. */
  readonly icmpFrom: string | undefined;
  /** TTL of the answer (SYN-ACK, RST or ICMP error) as it arrived, when packets could be watched. */
  readonly ttl: number | undefined;
}

/** SYNs with growing TTL towards one port: which routers let it go on. */
export interface HopTrace {
  readonly to: { readonly address: string; readonly port: number };
  /** From 1 on. `expired`: a router answered that the TTL ran out there; `reached`: the port itself answered. */
  readonly hops: readonly {
    readonly distance: number;
    readonly how: 'expired' | 'reached' | 'refused' | 'rejected' | 'silent';
    /** The router's address, when packets could be watched. */
    readonly address: string | undefined;
  }[];
}

/** One try of one data connection. */
export interface Attempt {
  readonly verb: DataVerb;
  readonly secure: boolean;
  /**
   * Active: PORT or EPRT was sent behind a NOOP in one segment, where no helper on the way looks. Such a try counts for no
   * mode: it only tells whether a helper spoils the open one.
   */
  readonly hidden?: boolean | undefined;
  /** What was asked to be transferred: `LIST`, `RETR name`, `SITE NONCE`. Undefined: it did not get that far. */
  readonly transfer: string | undefined;
  /** Reply to PASV, EPSV, PORT or EPRT. */
  readonly agreed: { readonly code: number; readonly text: string } | undefined;
  /** Passive: where the reply says to dial. Active: what we said. */
  readonly announced: { readonly address: string; readonly port: number } | undefined;
  /** Passive: why the announced address was not dialled: a server may name this machine, or an inner network. */
  readonly notDialled?: string | undefined;
  /** Passive: each address that was tried, in order (what was announced; the control peer's address when that differs). */
  readonly dials: readonly DialObservation[];
  /** Active: what came to our listener. */
  readonly accepted: { readonly address: string; readonly port: number } | undefined;
  /** Active: SYNs to our port that were seen on the network card, accepted or not. Undefined: packets could not be watched. */
  readonly synsSeen:
    | readonly { readonly address: string; readonly port: number; readonly ttl: number }[]
    | undefined;
  /** 150 or 125, and the final reply, as far as they came. */
  readonly preliminary: { readonly code: number; readonly text: string } | undefined;
  readonly final: { readonly code: number; readonly text: string } | undefined;
  readonly tls:
    | { readonly how: 'done' | 'failed'; readonly reused: boolean; readonly error: string | undefined }
    | undefined;
  readonly bytes: number;
  /** Passive: the hops towards the port that did not open, dialled as long as it was announced. */
  readonly trace?: HopTrace | undefined;
  /** `SITE NONCE`: both ends of the data connection as the server sees them; undefined when not that came what was asked for. */
  readonly nonce?:
    | {
        readonly peer: { readonly address: string; readonly port: number };
        readonly local: { readonly address: string; readonly port: number };
      }
    | undefined;
  /** What became of the transfer on our side when it broke. */
  readonly error?: string | undefined;
  readonly outcome: 'works' | 'fails' | 'not-tried';
  /** Where the control connection was lost in this try, if it was. */
  readonly lost: string | undefined;
  /** What our own kind of server told about this try. */
  readonly server: ServerView | undefined;
  /** Milliseconds. */
  readonly took: number;
}

/** What a duoport server says it saw and did (SITE PROBE): compared with what we saw and did. */
export interface ServerView {
  /** The control connection as the server sees it. */
  readonly peer: { readonly address: string; readonly port: number };
  readonly local: { readonly address: string; readonly port: number };
  /** Argument of the last PORT or EPRT as it arrived there. */
  readonly received: string | undefined;
  /** The last 227 or 229 text as it was sent. */
  readonly sent: string | undefined;
  /** Passive: SYN of our data connection seen half open there (its answer is lost), seen whole, or not seen at all. */
  readonly arrival: 'none' | 'half-open' | 'accepted' | 'stranger' | undefined;
  /** Active: how the server's dial stands. */
  readonly dial: 'none' | 'dialling' | 'open' | 'refused' | 'rejected' | 'timed-out' | undefined;
  /** Active: the port the server dials from. */
  readonly sourcePort: number | undefined;
}

/** What a server's certificate says, and the TLS that it came over. Strings of the server, cut to a length. */
export interface CertificateFacts {
  /** `TLSv1.3` … */
  readonly protocol: string;
  readonly subject: string;
  readonly issuer: string;
  /** Names and addresses that it was made for. */
  readonly names: readonly string[];
  /** ISO 8601, UTC; undefined when it cannot be read. */
  readonly validTo: string | undefined;
  /** SHA-256 in hex with colons. */
  readonly fingerprint: string;
}

/** All that was seen in one run, before anybody draws a conclusion. Plain data; the diagnosis is a pure function of it. */
export interface Observations {
  /** Without a password. */
  readonly url: string;
  /** ISO 8601, UTC. */
  readonly started: string;
  /** Milliseconds. */
  readonly took: number;
  /** What was given for the run, as far as remedies need it. */
  readonly asked: {
    readonly activePorts?: PortRange | undefined;
    readonly externalAddress?: string | undefined;
    readonly user?: string | undefined;
  };
  /** All addresses of this machine. */
  readonly machine: readonly string[];
  readonly host: string;
  readonly port: number;
  readonly addresses: readonly string[];
  /** Our own end of the control connection. */
  readonly local: { readonly address: string; readonly port: number } | undefined;
  readonly control: {
    readonly dial: DialObservation | undefined;
    /** One for each address that was tried, in order; `dial` is the one that was used. */
    readonly dials?: readonly DialObservation[] | undefined;
    readonly greeting: { readonly code: number; readonly text: string } | undefined;
    /** First bytes of what greeted when it was no FTP reply: an SSH server, a web proxy, TLS from the first byte. */
    readonly foreign: string | undefined;
    readonly system: string | undefined;
    readonly feat: readonly string[];
    readonly tlsOffered: boolean;
    readonly tls:
      | {
          readonly how: 'done' | 'failed';
          readonly error: string | undefined;
          /** Why the certificate does not hold: Node's code (`CERT_HAS_EXPIRED`, `ERR_TLS_CERT_ALTNAME_INVALID` …). */
          readonly untrusted?: string | undefined;
          readonly certificate?: CertificateFacts | undefined;
        }
      | undefined;
    /** TLS from the first byte. */
    readonly implicit?: boolean | undefined;
    readonly login: { readonly code: number; readonly text: string } | undefined;
    /** The login without TLS, when the one above was under TLS: servers that want TLS refuse it. */
    readonly plainLogin?: { readonly code: number; readonly text: string } | undefined;
    /** Reply to PROT P. */
    readonly protection?: { readonly code: number; readonly text: string } | undefined;
    /** Where the dialogue broke off: the verb that was sent and how it ended. */
    readonly broken:
      | { readonly verb: string; readonly how: 'hangs' | 'closed' | 'garbage' | 'reset' }
      | undefined;
  };
  readonly attempts: readonly Attempt[];
  /** Every passive port that was announced in the run, in the order seen. */
  readonly passivePorts: readonly number[];
  /** Towards the control port, a passive port that failed, and a port that nobody listens on. */
  readonly traces: {
    readonly control: HopTrace | undefined;
    readonly data: HopTrace | undefined;
    readonly other: HopTrace | undefined;
  };
  /** Hole punching: SYNs of ours towards the port that the server dials from, which open stateful firewalls for its SYN. */
  readonly punched:
    | {
        readonly verb: DataVerb;
        /** The smallest TTL at which the server's SYN gets through: the router one hop nearer shuts it out. */
        readonly opensBeyond: number | undefined;
        /**
         * How far our own SYNs to that port get: the last hop that told so. Nearer than the router before the server: a firewall there
         * stops them, and what lies behind could not be opened.
         */
        readonly reaches?: number | undefined;
        /** The port of the server that was aimed at. */
        readonly sourcePort?: number | undefined;
      }
    | undefined;
  /** `--long`: milliseconds of silence after which the control connection was dead; undefined: it lived, or was not tried. */
  readonly idle: { readonly silence: number; readonly how: 'alive' | 'dead' } | undefined;
  /** A passive transfer under TLS without the session of the control connection: whether the server insists on it. */
  readonly unresumed?: Attempt | undefined;
  /** `--write`: the replies to storing and removing one small file. */
  readonly wrote?:
    | {
        readonly name: string;
        readonly stored: { readonly code: number; readonly text: string } | undefined;
        readonly removed: { readonly code: number; readonly text: string } | undefined;
      }
    | undefined;
  /** Whether packets could be watched (Linux, root), and TTLs set (Linux). */
  readonly sight: { readonly packets: boolean; readonly ttl: boolean };
}
