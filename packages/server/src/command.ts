import type { Awaitable, Seat, TlsFacts } from '@duoport/net';
import type { Endpoint, Order, Reply, Run } from '@duoport/protocol';
import type { Login } from './accounts/accounts.ts';
import type { DataSetup } from './data-setup.ts';
import type { Files } from './files/files.ts';
import type { Limit, NameChange } from './log.ts';
import type { Parameters } from './parameters.ts';
import type { Powers } from './powers.ts';
import type { RunningTransfer } from './running-transfer.ts';
import type { Settings } from './settings.ts';
import type { TransferPlan } from './transfer.ts';

/** All that a handler may look at. Values, and the three things it may use: the user's files, the data connection, accounts. */
export interface Context {
  /** The argument as it came, '' when there was none. */
  readonly argument: string;
  /** The argument as a path of `files`, for a verb whose row says `path`. */
  readonly path: string;
  readonly run: Run;
  readonly order: Order;
  readonly parameters: Parameters;
  readonly powers: Powers;
  readonly settings: Settings;
  /** The user name of the last USER, before and after the login. */
  readonly user: string | undefined;
  readonly login: Login | undefined;
  /** The files of the login. Only for verbs whose row needs a login. */
  readonly files: Files;
  readonly data: DataSetup;
  /** The number of the session in the log. */
  readonly session: number;
  readonly peer: Endpoint;
  /** Whether the control connection is under TLS. */
  readonly secure: boolean;
  /** TLS of the control connection. */
  readonly tls: TlsFacts | undefined;
  readonly transfer: RunningTransfer | undefined;
  /** Aborted when the session is over: long work for it ends then. Made for whoever asks. */
  readonly signal: () => AbortSignal;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** A reply that also changes the session. */
export interface Change {
  readonly reply: Reply;
  readonly parameters?: Partial<Parameters>;
  readonly user?: string;
  /** `null` logs out. */
  readonly login?: Login | null;
  /** The place of the login among the sessions of its user. */
  readonly seat?: Seat;
  /** The login was refused: counts towards the limit of tries. Why, where more is to be said than that it was wrong. */
  readonly refused?: true | { readonly because: string };
  /** It was refused for there is too much of it. */
  readonly limited?: Limit;
  /** Nobody could say whether the login is right, and why: the session ends. */
  readonly unavailable?: string;
  /** For the log. */
  readonly changed?: NameChange;
  /** Throw away the data connection that was set up (REIN). */
  readonly dropData?: true;
}

export type Answer = Reply | Change | TransferPlan;

export interface Handler {
  readonly verb: string;
  readonly handle: (context: Context) => Awaitable<Answer>;
}

/** Joins a verb of the table with what the server does for it. Values in, a reply out: no socket, no `this`. */
export function command(verb: string, handle: Handler['handle']): Handler {
  return { verb, handle };
}
