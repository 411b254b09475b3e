// A relay with a tunnel, as services on the Internet offer it to whoever has no public address. The agent keeps one connection to
// the relay open; for each connection that the relay takes on its public port it is told so, opens one more connection to
// the relay, one to the server, and passes bytes on between the two. It relays what it is given a port for: here that is the
// control connection and nothing else.
//   relay serve TUNNEL-PORT PUBLIC-PORT · relay agent RELAY TUNNEL-PORT SERVER SERVER-PORT
import { type ControlConnection, dialControl, listenControl } from '@duoport/net';

const words = { tunnel: 0x41, half: 0x42, more: 0x2b } as const;
const [role, ...place] = process.argv.slice(2);
if (role === 'serve') await serve(Number(place[0]), Number(place[1]));
else await agent(place);

async function serve(tunnelPort: number, publicPort: number): Promise<void> {
  const waiting: ControlConnection[] = [];
  let tunnel: ControlConnection | undefined;
  const sort = (connection: ControlConnection, first: Uint8Array): void => {
    if (first[0] === words.tunnel) {
      tunnel = connection;
      connection.write(Uint8Array.of(words.tunnel));
      return;
    }
    const waiter = waiting.shift();
    if (waiter === undefined) return connection.destroy();
    join(connection, waiter);
    // What came with it is the server's greeting already.
    if (first.length > 1) waiter.write(first.subarray(1));
  };
  const quiet = { end: () => {}, closed: () => {} };
  await listenControl({
    port: tunnelPort,
    onConnection: (connection) => connection.handle({ ...quiet, bytes: (chunk) => sort(connection, chunk) }),
  });
  await listenControl({
    port: publicPort,
    onConnection: (connection) => {
      waiting.push(connection);
      tunnel?.write(Uint8Array.of(words.more));
    },
  });
  process.stdout.write('ready\n');
}

async function agent([relay = '', tunnelPort, server = '', serverPort]: readonly string[]): Promise<void> {
  const tunnel = await patiently(() => dialControl({ host: relay, port: Number(tunnelPort) }));
  const more = async (): Promise<void> => {
    const half = await dialControl({ host: relay, port: Number(tunnelPort) });
    half.write(Uint8Array.of(words.half));
    join(half, await dialControl({ host: server, port: Number(serverPort) }));
  };
  tunnel.handle({
    bytes: (chunk) => {
      for (const word of chunk) {
        if (word === words.tunnel) process.stdout.write('ready\n');
        else more().catch((error: unknown) => process.stderr.write(`relay agent: ${error}\n`));
      }
    },
    end: () => tunnel.destroy(),
    closed: () => process.exit(1),
  });
  tunnel.write(Uint8Array.of(words.tunnel));
}

/** The relay may not listen yet: both start at once. */
async function patiently<T>(attempt: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await attempt();
    } catch (error) {
      if (tries === 100) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

function join(one: ControlConnection, other: ControlConnection): void {
  const pass = (from: ControlConnection, to: ControlConnection): void =>
    from.handle({
      bytes: (chunk) => to.write(chunk),
      end: () => to.end(),
      closed: () => to.destroy(),
    });
  pass(one, other);
  pass(other, one);
}
