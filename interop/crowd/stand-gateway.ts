// A gateway in a process of its own: SETTINGS (JSON). Tells when it is ready, and at each line of standard input what it holds.
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { createGateway } from '@duoport/gateway';
import { certificate } from '@duoport/testkit';
import { level, memoryInUse, openSockets } from '../relay/holding.ts';
import type { Limits } from '../relay/post.ts';
import { tell } from '../relay/tell.ts';

export interface GatewaySettings {
  /** Of the server. */
  readonly port: number;
  readonly limits: Limits;
}

const { port, limits } = JSON.parse(process.argv[2] ?? '') as GatewaySettings;
const gateway = createGateway({
  listen: [{ host: '127.0.0.1', port: 0 }],
  to: [{ host: '127.0.0.1', port }],
  client: { tls: certificate },
  maxSessions: limits.sessions,
  maxSessionsPerAddress: limits.perAddress,
  timeouts: { login: limits.login },
  log: (event) => {
    if (event.kind === 'bug') tell(event);
  },
});
await gateway.start();
tell({ kind: 'ready', port: gateway.listening[0]?.port });
const asked = createInterface({ input: process.stdin });
asked.on('line', () => {
  const { client, server } = gateway.ports;
  const { sessions } = gateway;
  const [sockets, memory] = [openSockets(), memoryInUse()];
  tell({
    kind: 'holds',
    sessions,
    leases: client.leases + server.leases,
    held: client.held,
    sockets,
    memory,
    ...level(),
  });
});
await once(asked, 'close');
process.exit();
