import type { Socket } from 'node:net';
import { decodeProxyHeader, type ProxiedEnds } from '@duoport/protocol';
import { type NetworkSet, networkSet, plainAddress } from './address-class.ts';
import { type CloseOptions, Crowd } from './crowd.ts';
import { netLimits } from './net-limits.ts';
import { peerEndpoint } from './socket-address.ts';
import { takeHead } from './take-head.ts';

/** Whose word about addresses is taken: connections from these networks begin with a PROXY header, all others must not. */
export interface ProxyTrust {
  readonly from: Pick<NetworkSet, 'has'>;
  /** Milliseconds to a whole header. Default: limits. */
  readonly timeout?: number | undefined;
}

/** For these networks, e.g. `10.0.0.1` or `10.0.0.0/24`. Throws FTP_LOCAL_PROTOCOL for one that is none. */
export function proxyTrust(networks: readonly string[] | undefined): ProxyTrust | undefined {
  return networks && { from: networkSet(networks) };
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
  readonly #waiting = new Crowd<Socket>();

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

  /** Gives up those whose header is not there yet; `finish`: waits for them. */
  close({ finish = false }: CloseOptions = {}): Promise<void> {
    if (!finish) for (const socket of this.#waiting) socket.destroy();
    return this.#waiting.empty(undefined, ignore);
  }
}

async function takeHeader(socket: Socket, timeout: number): Promise<ProxiedEnds | undefined> {
  const { header } = await takeHead(socket, { what: 'PROXY', timeout, decode: decodeProxyHeader });
  return header.ends;
}

function ignore(): void {}
