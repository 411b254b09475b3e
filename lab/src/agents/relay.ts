// A TCP relay through a tunnel, as services on the Internet offer it to whoever has no public address. The agent keeps one
// connection to the relay open; for each connection that the relay takes on its public port it is told so, opens one
// more connection to the relay, one to the server, and passes bytes on between the two.
//   relay serve TUNNEL-PORT PUBLIC-PORT · relay agent RELAY TUNNEL-PORT SERVER SERVER-PORT
import { connect, createServer, type Socket } from 'node:net';

const [role, ...words] = process.argv.slice(2);
if (role === 'serve') serve(Number(words[0]), Number(words[1]));
else agent(words);

function serve(tunnelPort: number, publicPort: number): void {
  const waiting: Socket[] = [];
  let tunnel: Socket | undefined;
  createServer((socket) => {
    socket.on('error', () => socket.destroy());
    socket.once('data', (word) => {
      if (word[0] === 0x41) {
        tunnel = socket;
        socket.write('ready');
        return;
      }
      // What came with it is the server's greeting already.
      socket.unshift(word.subarray(1));
      join(socket, waiting.shift());
    });
  }).listen(tunnelPort);
  createServer((socket) => {
    socket.on('error', () => socket.destroy());
    waiting.push(socket);
    tunnel?.write('+');
  }).listen(publicPort, () => process.stdout.write('ready\n'));
}

function agent(place: readonly string[]): void {
  const [relay, tunnelPort, server, serverPort] = place;
  const dialRelay = (): Socket => connect({ host: relay, port: Number(tunnelPort), noDelay: true });
  const retry = setTimeout(() => agent(place), 100);
  const tunnel = dialRelay();
  tunnel.on('error', () => tunnel.destroy());
  tunnel.write('A');
  tunnel.once('data', () => {
    clearTimeout(retry);
    process.stdout.write('ready\n');
    tunnel.on('data', (words) => {
      for (const _ of words) {
        const half = dialRelay();
        half.write('B');
        join(half, connect({ host: server, port: Number(serverPort), noDelay: true }));
      }
    });
  });
}

function join(one: Socket, other: Socket | undefined): void {
  if (other === undefined) {
    one.destroy();
    return;
  }
  for (const [from, to] of [
    [one, other],
    [other, one],
  ] as const) {
    from.on('error', () => to.destroy());
    from.on('close', () => to.destroy());
    from.setNoDelay(true);
    from.pipe(to);
  }
}
