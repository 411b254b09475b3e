// A relay in a process of its own, which can be killed: SETTINGS (JSON). Tells its events as lines of JSON, and to each line of
// standard input what it holds. Ends with its standard input.
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { AgentRegistry, RelayServer } from '@duoport/relay';
import { certificate } from '@duoport/testkit';
import { memoryInUse, openSockets } from './holding.ts';
import type { RelaySettings } from './post.ts';
import { tell } from './tell.ts';

const { state, agentPort, control, passive, limits } = JSON.parse(process.argv[2] ?? '') as RelaySettings;
const host = '127.0.0.1';
const relay = new RelayServer({
  registry: new AgentRegistry(state),
  agents: { host, port: agentPort, tls: certificate },
  control: { host, ports: control },
  client: { ports: passive, tls: certificate },
  server: { mode: 'same' },
  timeouts: { stall: 20_000, data: 20_000, reply: 20_000, login: limits?.login },
  maxSessions: limits?.sessions,
  maxSessionsPerAddress: limits?.perAddress,
  log: tell,
  sessionLog: tell,
});
await relay.start();
tell({ kind: 'ready' });
const asked = createInterface({ input: process.stdin });
asked.on('line', () => {
  const { sessions, streams, lines, ports } = relay;
  const { leases, held } = ports;
  const [sockets, memory] = [openSockets(), memoryInUse()];
  tell({ kind: 'holds', sessions, streams, lines, leases, held, sockets, memory });
});
await once(asked, 'close');
process.exit();
