import { createSocket } from 'node:dgram';

/** Pairs whose answer is remembered; the oldest is forgotten first. */
const rememberedPairs = 1024;
const natural = new Map<string, boolean>();

/**
 * Whether the kernel would take `from` as the source of a connection to `to` by itself. Then it need not be bound: a bound
 * address makes the kernel look for a port that is free for every destination instead of this one, and with many
 * connections in TIME_WAIT that takes milliseconds. Asked once a pair, by a UDP socket that sends nothing.
 */
export async function isNaturalSource(from: string, to: string): Promise<boolean> {
  const pair = `${from} ${to}`;
  const known = natural.get(pair);
  if (known !== undefined) return known;
  const answer = (await sourceFor(to)) === from;
  const [oldest] = natural.keys();
  if (natural.size >= rememberedPairs && oldest !== undefined) natural.delete(oldest);
  natural.set(pair, answer);
  return answer;
}

function sourceFor(to: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = createSocket(to.includes(':') ? 'udp6' : 'udp4');
    const settle = (address: string | undefined) => {
      socket.close();
      resolve(address);
    };
    socket.once('error', () => settle(undefined));
    socket.connect(9, to, () => settle(socket.address().address));
  });
}
