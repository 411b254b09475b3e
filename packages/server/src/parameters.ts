import type { FactName } from '@duoport/protocol';
import type { HashAlgorithm } from './files/hash.ts';

/**
 * What a client has set for the transfers to come (RFC 959 §3, "transfer parameters") and for its listings. A value:
 * a handler returns the change, the session keeps the new one.
 */
export interface Parameters {
  /** Current directory: a normalised path. */
  readonly directory: string;
  readonly type: 'ascii' | 'image';
  readonly mode: 'stream' | 'deflate';
  /** Level of MODE Z, 1 to 9 (OPTS MODE Z LEVEL). */
  readonly deflateLevel: number;
  /** PROT C or P (RFC 4217 §9). */
  readonly protection: 'clear' | 'private';
  /** Facts of MLSx lines (RFC 3659 §7.9). */
  readonly facts: ReadonlySet<FactName>;
  readonly hash: HashAlgorithm;
  /** What CLNT and HOST said. */
  readonly client: string | undefined;
  readonly host: string | undefined;
}

/** The facts this server can tell. */
export const toldFacts: readonly FactName[] = [
  'type',
  'size',
  'modify',
  'perm',
  'unique',
  'unix.mode',
  'unix.owner',
  'unix.group',
];

const allFacts: ReadonlySet<FactName> = new Set(toldFacts);

/** The parameters of a new session (RFC 959 §5.1: TYPE A, MODE S, STRU F). Implicit TLS protects data from the start. */
export function initialParameters(implicitTls: boolean): Parameters {
  return {
    directory: '/',
    type: 'ascii',
    mode: 'stream',
    deflateLevel: 6,
    protection: implicitTls ? 'private' : 'clear',
    facts: allFacts,
    hash: 'SHA-256',
    client: undefined,
    host: undefined,
  };
}
