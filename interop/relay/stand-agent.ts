// An agent in a process of its own, which can be killed: SETTINGS (JSON). As the relay beside it.
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { RelayAgent, readAgentKey } from '@duoport/relay';
import { certificate } from '@duoport/testkit';
import { memoryInUse, openSockets } from './holding.ts';
import type { AgentSettings } from './post.ts';
import { tell } from './tell.ts';

const {
  name = 'office',
  relay,
  key,
  secret,
  services,
  active,
  direct,
} = JSON.parse(process.argv[2] ?? '') as AgentSettings;
const fingerprint = new X509Certificate(certificate.cert).fingerprint256;
const agent = new RelayAgent({
  relay: { ...relay, tls: { fingerprint } },
  name,
  key: readAgentKey(key),
  secret,
  services,
  ports: active,
  direct,
  log: tell,
});
const asked = createInterface({ input: process.stdin });
asked.on('line', () => {
  const { leases, held } = agent.ports;
  const [sockets, memory] = [openSockets(), memoryInUse()];
  tell({ kind: 'holds', sessions: agent.sessions, leases, held, sockets, memory });
});
await Promise.race([agent.run(), once(asked, 'close')]);
process.exit();
