import type { Socket } from 'node:net';
import {
  decodeSocks5Request,
  decodeSocksStart,
  isFault,
  type SocksFault,
  type SocksRequest,
  type SocksStep,
} from '@duoport/protocol';
import { type CloseOptions, Crowd } from './crowd.ts';
import { netLimits } from './net-limits.ts';
import { takeHead } from './take-head.ts';

interface SocksAdmission {
  /** The client has been told yes: what follows is the connection that it asked for. */
  connected(request: SocksRequest): void;
  /** The connection is destroyed already. */
  refused(error: Error): void;
}

/** The talk of SOCKS 4, 4a and 5 (without a password) at the start of the connections of one listener. */
export class SocksIntake {
  readonly #talking = new Crowd<Socket>();

  admit(socket: Socket, admission: SocksAdmission): void {
    this.#talking.add(socket);
    talk(socket, admission)
      .catch((error: Error) => {
        socket.on('error', ignore).destroy();
        admission.refused(error);
      })
      .finally(() => this.#talking.delete(socket));
  }

  /** Gives up those that have not said yet where to; `finish`: waits for them. */
  close({ finish = false }: CloseOptions = {}): Promise<void> {
    if (!finish) for (const socket of this.#talking) socket.destroy();
    return this.#talking.empty(undefined, ignore);
  }
}

async function talk(socket: Socket, { connected }: SocksAdmission): Promise<void> {
  const start = await step(socket, decodeSocksStart);
  if (start.request === undefined) socket.write(start.answer);
  const { request, answer } = start.request === undefined ? await step(socket, decodeSocks5Request) : start;
  if (request === undefined) return;
  socket.write(answer);
  connected(request);
}

function step(
  socket: Socket,
  decode: (bytes: Uint8Array) => SocksStep | 'more' | SocksFault,
): Promise<SocksStep> {
  return takeHead<SocksStep>(socket, {
    what: 'SOCKS',
    timeout: netLimits.proxyHeaderTimeout,
    decode: (bytes) => {
      const decoded = decode(bytes);
      if (decoded !== 'more' && isFault(decoded) && decoded.answer !== undefined)
        socket.write(decoded.answer);
      return decoded;
    },
  });
}

function ignore(): void {}
