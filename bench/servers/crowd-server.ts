import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { mediumBytes } from '../load/crowd.ts';
import { withLagProbe } from '../measure/lag.ts';
import { serveCommand } from './duoport.ts';
import { type Server, startServer } from './server.ts';
import type { Supplies } from './supplies.ts';

/** A server that tells how late its event loop is. */
export interface CrowdServer extends Server {
  readonly lagSocket: string;
}

/** Ours, in one process, with the probe in it. */
export async function startCrowdServer(supplies: Supplies): Promise<CrowdServer> {
  let lagSocket = '';
  const server = await startServer('duoport', supplies, (setting) => {
    writeFileSync(join(setting.root, 'medium'), Buffer.alloc(mediumBytes, 0x63));
    lagSocket = join(setting.workspace.folder('lag'), 'socket');
    return serveCommand(setting, withLagProbe(lagSocket));
  });
  return { ...server, lagSocket };
}
