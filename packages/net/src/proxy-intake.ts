import type { Socket } from 'node:net';
import { decodeProxyHeader, FtpRemoteError, isFault, type ProxiedEnds } from '@duoport/protocol';
import { type NetworkSet, plainAddress } from './address-class.ts';
import { netLimits } from './net-limits.ts';
import { peerEndpoint } from './socket-address.ts';

/** Whose word about addresses is taken: connections from these networks begin with a PROXY header, all others must not. */
export interface ProxyTrust {
  readonly from: NetworkSet;
  /** Milliseconds to a whole header. Default: limits. */
  readonly timeout?: number | undefined;
}

interface Admission {
  /** Undefined: the addresses of the TCP connection hold. */
  admitted(ends: ProxiedEnds | undefined): void;
  /** The connection is destroyed already. */
  refused(error: Error): void;
}

/** Takes the PROXY headers off the connections of one listener. What follows a header is put back. */
export class ProxyIntake {
  readonly #trust: ProxyTrust;
  readonly #waiting = new Set<Socket>();

  constructor(trust: ProxyTrust) {
    this.#trust = trust;
  }

  /** `socket` is paused and not read from. Answers in the same tick for a peer that speaks for itself. */
  admit(socket: Socket, admission: Admission): void {
    const peer = peerEndpoint(socket);
    if (peer === undefined || !this.#trust.from.has(plainAddress(peer.address)))
      return admission.admitted(undefined);
    this.#waiting.add(socket);
    takeHeader(socket, this.#trust.timeout ?? netLimits.proxyHeaderTimeout).then(
      (ends) => {
        this.#waiting.delete(socket);
        admission.admitted(ends);
      },
      (error: Error) => {
        this.#waiting.delete(socket);
        socket.on('error', ignore).destroy();
        admission.refused(error);
      },
    );
  }

  /** Gives up those whose header is not there yet. */
  close(): void {
    for (const socket of this.#waiting) socket.destroy();
  }
}

function takeHeader(socket: Socket, timeout: number): Promise<ProxiedEnds | undefined> {
  return new Promise((resolve, reject) => {
    let read: Uint8Array = new Uint8Array(0);
    let isOver = false;
    const settle = () => {
      isOver = true;
      clearTimeout(timer);
      socket.off('readable', onReadable).off('end', onGone).off('close', onGone);
    };
    const fail = (because: string) => {
      settle();
      reject(new FtpRemoteError(`PROXY: ${because}`));
    };
    const onReadable = () => {
      const chunk = socket.readableLength > 0 ? (socket.read() as Buffer | null) : null;
      if (chunk === null || isOver) return;
      read = read.length === 0 ? chunk : Buffer.concat([read, chunk]);
      const decoded = decodeProxyHeader(read);
      if (decoded === 'more') return;
      if (isFault(decoded)) return fail(decoded.fault);
      settle();
      socket.pause();
      // In the turn of the last read, before the stream can tell an end that followed.
      if (read.length > decoded.size) socket.unshift(read.subarray(decoded.size));
      resolve(decoded.header.ends);
    };
    const onGone = () => fail('the connection ended before its header');
    const timer = setTimeout(() => fail(`no whole header within ${timeout} ms`), timeout);
    socket.on('readable', onReadable).on('end', onGone).on('close', onGone).on('error', ignore);
  });
}

function ignore(): void {}
