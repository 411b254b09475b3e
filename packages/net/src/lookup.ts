import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { FtpConnectionError } from '@duoport/protocol';
import { explainSocketError } from './socket-error.ts';

/**
 * All addresses of a name, in the order in which the system would try them; a literal address is its own. Rejects with FTP_CONNECTION,
 * phase `resolve`. The system's resolver cannot be stopped: whoever has no time stops waiting.
 */
export async function lookupHost(host: string): Promise<readonly string[]> {
  if (isIP(host)) return [host];
  try {
    const found = await lookup(host, { all: true, verbatim: true });
    return found.map(({ address }) => address);
  } catch (cause) {
    const text = `The name ${host} has no address: ${explainSocketError(cause)}`;
    throw new FtpConnectionError(text, { channel: 'control', phase: 'resolve', peer: undefined, cause });
  }
}
