import type { Awaitable } from '@duoport/net';
import type { Endpoint, VerbRow } from '@duoport/protocol';
import type { Files } from '../files/files.ts';

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
}

/**
 * What USER should be answered: 331 and ask for the password, 331 and ask for an address (RFC 1635), or straight to
 * `login` with `password: undefined` (230). Unknown users get 'password' like known ones.
 */
export type LoginStep = 'password' | 'address' | 'nothing';

/** Who may come in. A backend implements this; `undefined` is a refusal (530), and it never says why. */
export interface Accounts {
  /** Asked after USER; without it every user is asked for a password. */
  begin?(attempt: LoginAttempt): Awaitable<LoginStep>;
  login(attempt: LoginAttempt): Awaitable<Login | undefined>;
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
