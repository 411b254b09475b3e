import { randomBytes } from 'node:crypto';
import type { Socket } from 'node:net';
import { connect as secure, type TLSSocket } from 'node:tls';
import { type Endpoint, formatEndpoint } from '@duoport/protocol';
import { isSpecialUse } from '../address-class.ts';
import { connect } from '../connect.ts';
import { netLimits } from '../net-limits.ts';
import { directCipher, directIdentity, encodeFirstWords, type FirstWords } from './direct-words.ts';

/** One data connection that may go the direct way. */
export interface DirectTry {
  /** What the agent is told on the line. */
  readonly number: string;
  /** Undefined: it did not come to be, and the line is to carry the bytes. */
  readonly carrier: Promise<TLSSocket | undefined>;
}

/** Why the relay does not dial this place, whatever an agent says. */
function directObjection(at: Endpoint, agent: Endpoint): string | undefined {
  if (at.port < 1024) return `port ${at.port} is none for data: only 1024 to 65535 are dialled`;
  if (at.address !== agent.address && isSpecialUse(at.address))
    return `${at.address} is no public address, and not the one that the agent comes from`;
  return undefined;
}

/** The relay's way to its agent beside the line: a connection of its own for each data connection. */
export class DirectWay {
  readonly at: Endpoint;
  readonly #key: Buffer;

  private constructor(at: Endpoint, key: Buffer) {
    this.at = at;
    this.#key = key;
  }

  /** Tries the places one after the other: the first that says a number back is the way. Otherwise why there is none. */
  static async find(
    places: readonly Endpoint[],
    { key, agent, signal }: { readonly key: Buffer; readonly agent: Endpoint; readonly signal: AbortSignal },
  ): Promise<DirectWay | { readonly because: string }> {
    const because: string[] = [];
    for (const at of places) {
      const way = new DirectWay(at, key);
      const wrong =
        directObjection(at, agent) ??
        (await way.#probe(signal).then(
          () => undefined,
          (error: unknown) => (error instanceof Error ? error.message : String(error)),
        ));
      if (wrong === undefined) return way;
      because.push(`${formatEndpoint(at)}: ${wrong}`);
    }
    return { because: because.join('; ') || 'the agent names no place to dial' };
  }

  /** Dials. `failed` is told why, when nothing comes of it. */
  open(signal: AbortSignal | undefined, failed: (because: string) => void): DirectTry {
    const number = randomBytes(16).toString('hex');
    const carrier = this.#dial({ kind: 'data', number }, signal).catch((error: unknown) => {
      if (signal?.aborted !== true) failed(error instanceof Error ? error.message : String(error));
      return undefined;
    });
    return { number, carrier };
  }

  async #probe(signal: AbortSignal): Promise<void> {
    const number = randomBytes(16).toString('hex');
    const tls = await this.#dial({ kind: 'probe', number }, signal);
    try {
      let heard = '';
      for await (const chunk of tls.setTimeout(netLimits.directTimeout, () => tls.destroy())) {
        heard += String(chunk);
        if (heard.length > number.length) break;
      }
      if (heard !== number) throw new Error('it did not say the number back');
    } finally {
      tls.destroy();
    }
  }

  async #dial(words: FirstWords, signal: AbortSignal | undefined): Promise<TLSSocket> {
    const { address: host, port } = this.at;
    const timeout = netLimits.directTimeout;
    const socket = await connect({ host, port }, { channel: 'data', timeout, signal, peer: this.at });
    socket.setNoDelay(true);
    const tls = await this.#secured(socket, timeout);
    tls.write(encodeFirstWords(words));
    return tls;
  }

  #secured(socket: Socket, after: number): Promise<TLSSocket> {
    return new Promise((resolve, reject) => {
      const tls = secure({
        socket,
        minVersion: 'TLSv1.3',
        ciphers: directCipher,
        pskCallback: () => ({ psk: this.#key, identity: directIdentity }),
        // There are no certificates: who has not the key does not come so far.
        checkServerIdentity: () => undefined,
      });
      const fail = (error: Error) => {
        clearTimeout(timer);
        tls.destroy();
        reject(error);
      };
      const timer = setTimeout(() => fail(new Error(`no TLS handshake within ${after} ms`)), after);
      tls.once('error', fail).on('error', () => undefined);
      tls.once('close', () => fail(new Error('it closed the connection in the TLS handshake')));
      tls.once('secureConnect', () => {
        clearTimeout(timer);
        resolve(tls);
      });
    });
  }
}
