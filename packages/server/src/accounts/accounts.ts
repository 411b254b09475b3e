import type { Awaitable, ClientCertificate, UserLimits } from '@duoport/net';
import type { Endpoint, VerbRow } from '@duoport/protocol';
import type { Files } from '../files/files.ts';
import type { Meter } from '../usage/meter.ts';
import type { AccountBook } from '../usage/usage-books.ts';
import type { Times } from './allowed-times.ts';

/** What a verb may need; the word in the verb's row. */
export type Permission = VerbRow['permission'];

/** Who asks to come in, from where, and over what. */
export interface LoginAttempt {
  readonly user: string;
  /** `undefined` when USER came without PASS yet. */
  readonly password: string | undefined;
  readonly peer: Endpoint;
  /** Whether the control connection is under TLS. */
  readonly secure: boolean;
  /** The name of the HOST command (RFC 7151), when it was sent. */
  readonly host?: string;
  /** `begin` has answered {@link LoginStep} `proven`: the name needs no password. */
  readonly proven?: true;
  /** What the client has shown in its TLS handshake; verified, or it would not have come this far. */
  readonly certificate?: ClientCertificate;
}

/** What a user who is in may see and do. */
export interface Login {
  readonly user: string;
  readonly files: Files;
  /** Asked for the permission in each verb's row; 'none' is always in it. */
  readonly permissions: ReadonlySet<Permission>;
  /** The directory to begin in: a normalised path of `files`. */
  readonly home: string;
  /** An anonymous guest: the password is an address to be logged, not a secret. */
  readonly anonymous?: boolean;
  /** What the user may have of the server; what is left out is as the server has it for all. */
  readonly limits?: LoginLimits;
  /** What the user has stored and may store, when that is limited; `files` books it. */
  readonly book?: AccountBook;
  /** What the user may transfer, when that is limited. */
  readonly meter?: Meter;
  /** When the user may be here, when that is limited: the session ends with it. */
  readonly times?: Times;
}

/** What one user may have of the server. */
export interface LoginLimits extends UserLimits {
  /** Modes of data connections. */
  readonly modes?: readonly ('passive' | 'active')[] | undefined;
  /** What must be under TLS, beyond what the server asks of all. */
  readonly requireTls?: 'control' | 'data' | 'both' | undefined;
}

/** Somebody whose name and password are right and who is not let in. */
export interface Refusal {
  /** For the log. */
  readonly because: string;
  /** For the client; without it, it gets the answer of a wrong password. */
  readonly told?: string;
  /** The password is wrong: to the client and in the log the same as a name that nobody has. */
  readonly wrong?: true;
}

/** Of a source that knows the name, and says so to whoever asks several sources: the next one need not be asked. */
export const wrongPassword: Refusal = { because: 'the password is wrong', wrong: true };

/** Nobody can say now who may come in: the database is gone, say. The client gets a 421, and the log this message. */
export class AccountsUnavailable extends Error {
  override readonly name = 'AccountsUnavailable';
}

/**
 * What USER should be answered: 331 and ask for the password, 331 and ask for an address (RFC 1635), or straight to
 * `login` with `password: undefined` (230; 232 where a certificate has `proven` the name, RFC 2228 §5.1). Unknown users get 'password' like
 * known ones.
 */
export type LoginStep = 'password' | 'address' | 'nothing' | 'proven';

/** Who may come in. A backend implements this; `undefined` is a refusal (530), and it never says why. Throws {@link AccountsUnavailable}. */
export interface Accounts {
  /** Asked after USER; without it every user is asked for a password. */
  begin?(attempt: LoginAttempt): Awaitable<LoginStep>;
  login(attempt: LoginAttempt): Awaitable<Login | Refusal | undefined>;
}

/** Every permission there is. */
export const allPermissions: ReadonlySet<Permission> = new Set<Permission>([
  'none',
  'list',
  'read',
  'write',
  'append',
  'remove',
  'rename',
  'make-directory',
  'remove-directory',
  'change',
]);

/** What changes nothing. */
export const readPermissions: ReadonlySet<Permission> = new Set<Permission>(['none', 'list', 'read']);
