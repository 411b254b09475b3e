import { formatNetwork, parseNetwork } from '@duoport/net';

/** Who is kept out. Plain data. */
export interface Ban {
  /** A network (`203.0.113.0/24`), an address, or `user:` and a name; in its normal form. */
  readonly subject: string;
  /** Milliseconds since the epoch. */
  readonly since: number;
  /** The same; undefined: until it is taken back. */
  readonly until?: number | undefined;
  /** For whoever reads the list. */
  readonly because: string;
  /** `defence`: nobody asked for it. */
  readonly by: 'operator' | 'defence';
}

/** Something that was asked of the bans and cannot be. The message says so. */
export class BanFault extends Error {
  override readonly name = 'BanFault';
}

const forUsers = 'user:';
/** Of a name, as of those in a database. */
const longestName = 255;

/**
 * What somebody wrote, in its normal form: one ban has one spelling.
 * @throws BanFault when it is no subject of a ban.
 */
export function banSubject(text: string): string {
  const user = userOf(text);
  if (user !== undefined) {
    if (user !== '' && user.length <= longestName && !/[\0\r\n]/.test(user)) return text;
    throw new BanFault('A user is written user:NAME.');
  }
  const network = parseNetwork(text);
  if (network !== undefined) return formatNetwork(network);
  throw new BanFault(`${text} is no address, no network like 203.0.113.0/24 and no user:NAME.`);
}

/** The name, where the ban is for a user. */
export function userOf(subject: string): string | undefined {
  return subject.startsWith(forUsers) ? subject.slice(forUsers.length) : undefined;
}

/** Milliseconds that it was meant for. */
export function lengthOf({ since, until = Number.POSITIVE_INFINITY }: Ban): number {
  return Math.max(0, until - since);
}

/**
 * Milliseconds that are left of it. A clock that was set back must not make it longer than it was meant, whatever it shows now.
 */
export function leftOf(ban: Ban, wall: number): number {
  const { until = Number.POSITIVE_INFINITY } = ban;
  return Math.max(0, Math.min(until - wall, lengthOf(ban)));
}
