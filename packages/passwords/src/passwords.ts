import { randomBytes } from 'node:crypto';
import { encodeText, isRawText } from '@duoport/protocol';
import { hash as argon2, verify as argon2Verify } from '@node-rs/argon2';
import { verify as bcryptVerify } from '@node-rs/bcrypt';
import { systemCrypt } from './crypt3.ts';
import { Turns } from './turns.ts';

/** What became of a password that somebody gave. */
export interface Verdict {
  readonly matches: boolean;
  /** It matches, but the hash is not what {@link hashPassword} would write today: time for a new one. */
  readonly outdated: boolean;
}

/** OWASP's first choice: 19 MiB, two passes, one thread. */
const cost = { memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;
const current = `$argon2id$v=19$m=${cost.memoryCost},t=${cost.timeCost},p=${cost.parallelism}$`;
/** libxcrypt takes no longer ones, and a long one costs crypt(3) much time. */
const longest = 512;

/** libuv's pool has four threads, which read and write files too: a storm of logins must leave it some. */
const turns = new Turns(2);

const formats: readonly { readonly pattern: RegExp; readonly verify: Verify }[] = [
  {
    pattern: /^\$argon2(?:id|i|d)\$v=\d{1,3}\$m=\d{1,7},t=\d{1,3},p=\d{1,3}\$[\w+/]{8,128}\$[\w+/]{16,128}$/,
    verify: (hash, given) => argon2Verify(hash, given),
  },
  { pattern: /^\$2[aby]\$\d\d\$[./\w]{53}$/, verify: (hash, given) => bcryptVerify(given, hash) },
  {
    pattern: /^\$(?:1|5|6|y|gy|7)\$[!-9;-~]{8,400}$/,
    verify: async (hash, given) => (await (await systemCrypt())?.verify(given, hash)) ?? false,
  },
];

type Verify = (hash: string, given: Uint8Array) => Promise<boolean>;

/**
 * A new argon2id hash, in the usual text form.
 * @throws RangeError for a password that is empty, longer than 512 bytes, no UTF-8 or has a NUL in it.
 */
export async function hashPassword(password: string): Promise<string> {
  const bytes = encodeText(password);
  if (bytes.length === 0) throw new RangeError('A password has at least one character.');
  if (!isPossible(bytes)) throw new RangeError(`A password has at most ${longest} bytes, and no NUL.`);
  if (isRawText(password)) throw new RangeError('A password is UTF-8 text.');
  return turns.take(() => argon2(password, cost));
}

/**
 * Whether the password is the one that the hash was made from. Without a hash (nobody has that name) it takes as long as
 * for one that {@link hashPassword} wrote, and never matches. Runs on other threads. Never rejects for what was given.
 */
export async function verifyPassword(hash: string | undefined, given: string): Promise<Verdict> {
  const bytes = encodeText(given);
  const format = hash === undefined ? undefined : formats.find(({ pattern }) => pattern.test(hash));
  if (hash === undefined || format === undefined || !isPossible(bytes)) return inVain();
  const matches = await turns.take(() => format.verify(hash, bytes)).catch(() => undefined);
  // The library for argon2 wants UTF-8, and it gives up at once.
  if (matches === undefined) return inVain();
  return { matches, outdated: matches && !hash.startsWith(current) };
}

/** The work of a verification whose end is known. */
async function inVain(): Promise<Verdict> {
  const dummy = await nobodys();
  await turns.take(() => argon2Verify(dummy, 'in vain'));
  return { matches: false, outdated: false };
}

/** Why a stored hash can match nothing here, as one sentence for the administrator; undefined when it can. */
export async function formatFault(hash: string): Promise<string | undefined> {
  const format = formats.findIndex(({ pattern }) => pattern.test(hash));
  if (format === -1)
    return 'This is no hash that can be verified: those of argon2, bcrypt and crypt(3) with $1$, $5$, $6$, $7$ or $y$ can.';
  if (format < 2 || (await systemCrypt()) !== undefined) return undefined;
  return 'Hashes of crypt(3) are verified by the system’s own C library, which only Linux has: use argon2id or bcrypt here.';
}

/** A NUL ends a C string: what stands behind it would not count. */
function isPossible(bytes: Uint8Array): boolean {
  return bytes.length <= longest && !bytes.includes(0);
}

let nobody: Promise<string> | undefined;

/** Nobody knows its password. */
function nobodys(): Promise<string> {
  nobody ??= argon2(randomBytes(24), cost);
  return nobody;
}
