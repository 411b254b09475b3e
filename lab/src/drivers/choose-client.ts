import type { Topology } from '../topology.ts';
import { type Cell, isPassive } from './cell.ts';
import type { ClientDriver } from './client.ts';
import { curl } from './curl.ts';
import { ftplib } from './ftplib.ts';
import { lftp } from './lftp.ts';

/**
 * Whose client can do a cell. curl can, but for active mode with TLS, where it hangs against every server (curl issue
 * 10666). lftp can, but for EPRT over IPv4, which it never says. Neither can pause between login and transfer.
 */
export function chooseClient({ client, dial }: Topology, { verb, secure }: Cell): ClientDriver {
  if (client.idle !== undefined) return ftplib;
  if (isPassive(verb) || !secure) return curl;
  return verb === 'EPRT' && !dial.address.includes(':') ? ftplib : lftp;
}
