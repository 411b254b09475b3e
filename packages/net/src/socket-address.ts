import type { Socket } from 'node:net';
import type { Endpoint } from '@duoport/protocol';
import type { RawStream } from './raw-stream.ts';

/** What the kernel says is in normal form already: this skips the parser, which counts on the path of small files. */
export function kernelEndpoint(address: string, port: number): Endpoint {
  if (!address.includes(':')) return { address, port, family: 4 };
  // A dual-stack listener reports IPv4 peers as mapped addresses (RFC 4291 §2.5.5.2).
  if (address.startsWith('::ffff:') && address.includes('.'))
    return { address: address.slice(7), port, family: 4 };
  return { address, port, family: 6 };
}

/** The peer, or undefined when the connection is gone before anyone looked. */
export function peerEndpoint(socket: Socket): Endpoint | undefined {
  const { remoteAddress, remotePort } = socket;
  return remoteAddress === undefined || remotePort === undefined
    ? undefined
    : kernelEndpoint(remoteAddress, remotePort);
}

/** Our own end; `0.0.0.0:0` when the connection is gone. */
export function localEndpoint(socket: Pick<RawStream, 'localAddress' | 'localPort'>): Endpoint {
  return kernelEndpoint(socket.localAddress ?? '0.0.0.0', socket.localPort ?? 0);
}
