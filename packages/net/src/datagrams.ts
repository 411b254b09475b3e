import { createSocket } from 'node:dgram';
import { isIP } from 'node:net';
import { type Endpoint, endpoint } from '@duoport/protocol';
import { explainSocketError } from './socket-error.ts';

export interface DatagramQuestion<Answer> {
  /** A literal address: names are looked up before. */
  readonly to: Endpoint;
  /** The question, made once it is known which address of ours it leaves from. */
  question(from: Endpoint): Uint8Array;
  /** The answer, or undefined for what is none: it is passed over, for anybody can send a datagram. */
  answer(bytes: Uint8Array, from: Endpoint): Answer | undefined;
  /** Milliseconds after which it is asked again, one after the other; after the last one nobody answers. */
  readonly waits: readonly number[];
  /** The question goes to a group, and the answer comes from one of its members. */
  readonly group?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Asks by UDP until there is an answer. Rejects with a sentence part that says why there is none. */
export async function askDatagram<Answer>(asked: DatagramQuestion<Answer>): Promise<Answer> {
  const { to, group, signal, waits } = asked;
  const socket = createSocket(isIP(to.address) === 6 ? 'udp6' : 'udp4');
  let timer: NodeJS.Timeout | undefined;
  const stop = new AbortController();
  try {
    signal?.throwIfAborted();
    return await new Promise<Answer>((resolve, reject) => {
      signal?.addEventListener('abort', () => reject(signal.reason), { signal: stop.signal });
      socket.on('error', (error) => reject(new Error(explainSocketError(error), { cause: error })));
      socket.on('message', (bytes, { address, port }) => {
        const answer = asked.answer(bytes, endpoint(address, port));
        if (answer !== undefined) resolve(answer);
      });
      let turn = 0;
      const ask = (): void => {
        const wait = waits[turn];
        turn += 1;
        if (wait === undefined) return reject(new Error('nobody answers'));
        const { address, port } = socket.address();
        const question = asked.question(endpoint(address, port));
        // Connected, only that peer is heard, and a port that nobody has is told at once.
        if (group) socket.send(question, to.port, to.address);
        else socket.send(question);
        timer = setTimeout(ask, wait);
      };
      if (group) socket.bind(0, ask);
      else socket.connect(to.port, to.address, ask);
    });
  } finally {
    clearTimeout(timer);
    stop.abort();
    socket.close();
  }
}

/** The address of ours that speaks with this one. Nothing is sent. */
export async function addressTowards({ address, port }: Endpoint): Promise<string> {
  const socket = createSocket(isIP(address) === 6 ? 'udp6' : 'udp4');
  try {
    return await new Promise<string>((resolve, reject) => {
      socket.on('error', (error) => reject(new Error(explainSocketError(error), { cause: error })));
      socket.connect(port, address, () => resolve(socket.address().address));
    });
  } finally {
    socket.close();
  }
}
