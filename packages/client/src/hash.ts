import { FtpLocalError, FtpRemoteError } from '@duoport/protocol';
import type { HashResult } from './options.ts';
import { checkNames, type Session } from './session.ts';

/** Strongest first. `algorithm` as HASH names it (draft-bryan-ftpext-hash), and the older verb of its own. */
const algorithms = [
  { algorithm: 'SHA-512', verb: 'XSHA512', digits: 128 },
  { algorithm: 'SHA-256', verb: 'XSHA256', digits: 64 },
  { algorithm: 'SHA-1', verb: 'XSHA1', digits: 40 },
  { algorithm: 'SHA-1', verb: 'XSHA', digits: 40 },
  { algorithm: 'MD5', verb: 'XMD5', digits: 32 },
  { algorithm: 'MD5', verb: 'MD5', digits: 32 },
  { algorithm: 'CRC32', verb: 'XCRC', digits: 8 },
] as const;

/** The digest of a remote file, made by the server. */
export async function hash(session: Session, path: string, wanted: string | undefined): Promise<HashResult> {
  checkNames(path);
  const ways = algorithms.filter(
    ({ algorithm }) => wanted === undefined || plain(algorithm) === plain(wanted),
  );
  const offered = offeredByHash(session.features.get('HASH'));
  for (const { algorithm, verb, digits } of ways) {
    const word = offered.find((name) => plain(name) === plain(algorithm));
    if (word !== undefined) {
      await session.expect('OPTS', `HASH ${word}`);
      return { algorithm, digest: digestIn(await session.expect('HASH', path), digits) };
    }
    if (session.has(verb)) return { algorithm, digest: digestIn(await session.expect(verb, path), digits) };
  }
  const known = offered.length > 0 ? ` It has ${offered.join(', ')}` : '';
  throw new FtpLocalError(`The server tells no ${wanted ?? 'hash'} of files: its FEAT names none.${known}`);
}

/** `SHA-256*;SHA-1;MD5`: the one in force is marked. */
function offeredByHash(parameters: readonly string[] = []): readonly string[] {
  const names = parameters.flatMap((text) => text.split(';'));
  return names.map((name) => name.replace('*', '').trim()).filter((name) => name !== '');
}

function plain(algorithm: string): string {
  return algorithm.toUpperCase().replaceAll('-', '');
}

/**
 * The digest is the word of the right length: what stands before and after it differs from server to server.
 */
function digestIn({ lines }: { readonly lines: readonly string[] }, digits: number): string {
  const words = lines.join(' ').split(/\s+/);
  const digest = words.find((word) => word.length === digits && /^[0-9a-f]+$/i.test(word));
  if (digest === undefined)
    throw new FtpRemoteError(`The server answered with no digest: ${lines.join(' ')}`);
  return digest.toLowerCase();
}
