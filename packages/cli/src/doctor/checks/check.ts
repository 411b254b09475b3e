import type { AdvertisedRule } from '@duoport/net';
import type { Settings } from '../../config/schema.ts';
import type { ModeSet, PortRange } from '../../flags/values.ts';
import type { CertificateFacts, FolderFacts, Machine } from '../machine.ts';

/** One thing that was looked at before a server runs. */
export interface Check {
  /** Stable. */
  readonly code: string;
  /** `fault`: it will not run, or not work. `warning`: it will hurt later. `ok`: looked at, nothing to say. */
  readonly severity: 'fault' | 'warning' | 'ok';
  /** The key of the settings file that it is about. */
  readonly setting: string;
  /** What it is, and what to do about it. */
  readonly text: string;
}

/** What a check reads: the settings with their defaults, and the machine that the server will run on. */
export interface Subject {
  readonly settings: Settings;
  readonly modes: ModeSet;
  readonly passivePorts: PortRange;
  readonly passiveAddress: readonly AdvertisedRule[];
  /** Addresses of the names among them; empty: the name has none. */
  readonly names: ReadonlyMap<string, readonly string[]>;
  readonly listen: readonly {
    readonly setting: string;
    readonly host: string | undefined;
    readonly port: number;
  }[];
  readonly folder: FolderFacts;
  readonly certificate: CertificateFacts | undefined;
  readonly machine: Machine;
}

export type ServerCheck = (subject: Subject) => readonly Check[];

export function fault(setting: string, code: string, text: string): Check {
  return { code, severity: 'fault', setting, text };
}

export function warning(setting: string, code: string, text: string): Check {
  return { code, severity: 'warning', setting, text };
}

/** The problems, or one line that says that there are none. */
export function orFine(problems: readonly Check[], setting: string, text: string): readonly Check[] {
  return problems.length > 0 ? problems : [{ code: 'fine', severity: 'ok', setting, text }];
}
