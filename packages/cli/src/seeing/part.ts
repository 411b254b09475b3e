import type { Endpoint } from '@duoport/protocol';
import type { ServerEvent } from '@duoport/server';
import type { Note } from './journal.ts';
import type { SessionUser } from './session-users.ts';

/** One of those who are told what the server does. */
export interface Part {
  tell?(event: ServerEvent, user: SessionUser | undefined, now: Date): void;
  /** The name of its file may belong to another file now. */
  reopen?(): void;
  /** Lines lost so far, with the setting of their file. */
  readonly lost?: readonly [setting: string, lines: number];
  /** Where it is asked over HTTP. */
  readonly endpoint?: Endpoint | undefined;
  /** Calls so far, of a hook. */
  readonly calls?: { readonly hook: string; readonly results: Readonly<Record<string, number>> };
  close(): Promise<void>;
}

/** What parts are made with. */
export interface PartMaker {
  /** Tells what goes wrong with a part. */
  note(note: Note, text: string): void;
  /** Undefined: there are no counters. */
  metrics(listen: { readonly host: string | undefined; readonly port: number }): Promise<Part>;
}
