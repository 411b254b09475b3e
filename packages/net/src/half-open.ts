import { readFile } from 'node:fs/promises';
import { type Endpoint, endpoint } from '@duoport/protocol';
import { plainAddress } from './address-class.ts';

/**
 * Peers whose SYN for `port` of this machine has arrived while our answer to it has not been answered: what gets in does not
 * get out again. Linux tells it (/proc/net/tcp, state SYN_RECV); elsewhere nobody does, and the list is empty.
 */
export async function halfOpenPeers(port: number): Promise<readonly Endpoint[]> {
  const tables = await Promise.all(
    ['/proc/net/tcp', '/proc/net/tcp6'].map((file) => readFile(file, 'latin1').catch(() => '')),
  );
  return tables.flatMap((table) => decodeTcpTable(table, port));
}

const synReceived = '03';

/** The lines of /proc/net/tcp and tcp6: `sl local remote state …`, addresses as 32-bit words in the byte order of the host. */
export function decodeTcpTable(table: string, port: number): readonly Endpoint[] {
  const found: Endpoint[] = [];
  for (const line of table.split('\n')) {
    const [, local = '', remote = '', state] = line.trim().split(/\s+/);
    if (state !== synReceived || Number.parseInt(local.split(':')[1] ?? '', 16) !== port) continue;
    const peer = decodeEndpoint(remote);
    if (peer !== undefined) found.push(peer);
  }
  return found;
}

function decodeEndpoint(text: string): Endpoint | undefined {
  const match = /^([0-9A-F]{8}|[0-9A-F]{32}):([0-9A-F]{4})$/.exec(text);
  if (match?.[1] === undefined || match[2] === undefined) return undefined;
  const words = match[1].match(/.{8}/g) ?? [];
  const bytes = words.flatMap((word) => {
    const four = [0, 2, 4, 6].map((at) => Number.parseInt(word.slice(at, at + 2), 16));
    return isLittleEndian ? four.reverse() : four;
  });
  const port = Number.parseInt(match[2], 16);
  if (bytes.length === 4) return endpoint(bytes.join('.'), port);
  const groups = Array.from({ length: 8 }, (_, at) =>
    (((bytes[2 * at] ?? 0) << 8) | (bytes[2 * at + 1] ?? 0)).toString(16),
  );
  return endpoint(plainAddress(groups.join(':')), port);
}

const isLittleEndian = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;
