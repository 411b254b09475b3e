import { reply } from '@duoport/protocol';
import { type Context, command, type Handler } from '../command.ts';
import { type HashAlgorithm, hashFile } from '../files/hash.ts';
import { resolvePath } from '../files/paths.ts';

/** draft-ietf-ftpext2-hash §3: `213 SHA-256 0-12 <hash> <path>`, over the bytes of a RANG when one stands. */
export const hash = command('HASH', async ({ files, path, parameters, run, argument, signal }) => {
  const [first, last] = run.restart?.verb === 'RANG' ? run.restart.argument.split(' ').map(Number) : [];
  const range =
    first === undefined || last === undefined || last < first ? {} : { start: first, end: last + 1 };
  const request = { path, algorithm: parameters.hash, signal: signal(), ...range };
  const { digest, start, end } = await hashFile(files, request);
  return reply(213, `${parameters.hash} ${start}-${Math.max(start, end - 1)} ${digest} ${argument}`);
});

/** `XCRC name [start [end]]`: the older way, with the algorithm in the verb. Names with blanks stand in quotes. */
export const checksums: readonly Handler[] = (
  [
    ['XCRC', 'CRC32'],
    ['XMD5', 'MD5'],
    ['XSHA1', 'SHA-1'],
    ['XSHA256', 'SHA-256'],
    ['XSHA512', 'SHA-512'],
    ['MD5', 'MD5'],
  ] as const
).map(([verb, algorithm]) => command(verb, (context) => checksum(context, algorithm)));

async function checksum({ files, parameters, argument, signal }: Context, algorithm: HashAlgorithm) {
  const quoted = /^"((?:[^"]|"")*)"(?: (\d{1,15})(?: (\d{1,15}))?)?$/.exec(argument);
  const name = quoted?.[1]?.replaceAll('""', '"') ?? argument;
  const path = resolvePath(parameters.directory, name);
  const range = {
    ...(quoted?.[2] === undefined ? {} : { start: Number(quoted[2]) }),
    ...(quoted?.[3] === undefined ? {} : { end: Number(quoted[3]) }),
  };
  const { digest } = await hashFile(files, { path, algorithm, signal: signal(), ...range });
  return reply(250, digest.toUpperCase());
}
