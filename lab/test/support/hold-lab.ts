// A process for a test to kill: builds a topology, starts on its server a program that leaves a child behind, opens a
// connection through it, and says so.
import { once } from 'node:events';
import { buildLab, findTopology } from '@duoport/lab';

const lab = await buildLab(findTopology(process.argv[2] ?? 'flat-ipv4'));
const listen = `require("net").createServer((socket) => socket.write("hello")).listen(21, () => console.log("up"))`;
const script = `sleep 1000 & exec "$0" -e '${listen}'`;
const server = lab.start('server', ['sh', '-c', script, process.execPath]);
if (server.stdout !== null) await once(server.stdout, 'data');
const { address, port } = lab.topology.dial;
const client = lab.start('client', [
  'bash',
  '-c',
  `exec 3<>/dev/tcp/${address}/${port}; head -c 5 <&3; sleep 1000`,
]);
if (client.stdout !== null) await once(client.stdout, 'data');
process.stdout.write('standing\n');
