import { Socket } from 'node:net';
import { type Endpoint, FtpClosedError } from '@duoport/protocol';
import type { ConnectionTarget } from './control-connection.ts';
import { KEEP_ALIVE_DELAY } from './control-dial.ts';
import { netLimits } from './net-limits.ts';
import { readBuffered } from './read-buffered.ts';
import { localEndpoint, peerEndpoint } from './socket-address.ts';
import { type HeadWatch, type HeadWatcher, watchHead } from './watch-head.ts';

/** Node keeps the kernel's end of a socket here; undocumented, and in place from Node 0.x to 26. */
interface WithHandle {
  _handle: (object & { reading: boolean; readStop(): number; close(): void }) | null;
}

/** A TCP connection on its way to another process: the kernel's end, and what was read of it already. */
export interface DetachedConnection {
  /** For the second argument of `process.send`. */
  readonly handle: unknown;
  readonly head: Uint8Array;
  /** What its kernel's end does not tell. Plain data. */
  readonly ends: KnownEnds;
  /** Closes this process's end: when it has been sent. */
  close(): void;
}

/** What is known better than by the kernel's end of the connection. */
export interface KnownEnds {
  readonly source?: Endpoint | undefined;
  readonly destination?: Endpoint | undefined;
  readonly target?: ConnectionTarget | undefined;
}

/**
 * A TCP connection that came in on a listener and has no owner yet. What was read of it to tell what it is for is put back,
 * so that whoever takes it reads it from the first byte.
 */
export class AcceptedConnection {
  /** Who opened it; behind a trusted proxy, who that says. */
  readonly peer: Endpoint;
  /** Where the peer meant to go, when that is known and is not our own end. */
  readonly destination: Endpoint | undefined;
  /** Whom the peer asked for, when this is a proxy to it. */
  readonly target: ConnectionTarget | undefined;
  #socket: Socket | undefined;

  private constructor(socket: Socket, peer: Endpoint, known: KnownEnds) {
    this.#socket = socket;
    this.peer = known.source ?? peer;
    this.destination = known.destination;
    this.target = known.target;
  }

  /** Our end; without a port when it is gone or taken. */
  get local(): Endpoint {
    return localEndpoint(this.#socket ?? {});
  }

  /** The port of ours that it came to; 0 when it is gone or taken. */
  get port(): number {
    return this.local.port;
  }

  /** Undefined when the peer is gone before anyone looked. `socket` is paused and not read from. */
  static of(socket: Socket, known: KnownEnds = {}): AcceptedConnection | undefined {
    const peer = peerEndpoint(socket);
    if (peer) return new AcceptedConnection(socket, peer, known);
    socket.destroy();
    return undefined;
  }

  /** Takes over what another process sent. Undefined when the peer is gone, or nothing came. */
  static attach(handle: unknown, head: Uint8Array, ends: KnownEnds): AcceptedConnection | undefined {
    if (typeof handle !== 'object' || handle === null) return undefined;
    const options = { handle, allowHalfOpen: true, pauseOnCreate: true };
    const socket = new Socket(options as ConstructorParameters<typeof Socket>[0]);
    socket.setNoDelay(true).setKeepAlive(true, KEEP_ALIVE_DELAY);
    if (head.length > 0) socket.unshift(head);
    return AcceptedConnection.of(socket, ends);
  }

  /** Gives it to another process. */
  detach(): DetachedConnection | undefined {
    const socket = this.take();
    const holder = socket as unknown as WithHandle;
    const handle = holder._handle;
    if (!handle) {
      socket.destroy();
      return undefined;
    }
    const read = readBuffered(socket);
    handle.readStop();
    handle.reading = false;
    holder._handle = null;
    // Without its handle this closes nothing; it lets the listener stop counting the socket.
    socket.on('error', ignore).destroy();
    const { peer: source, destination, target } = this;
    const ends = { source, destination, target };
    return { handle, head: read ?? new Uint8Array(0), ends, close: () => handle.close() };
  }

  /** For the connections of this package: the socket, once. */
  take(): Socket {
    const socket = this.#socket;
    if (!socket) throw new FtpClosedError('The connection has an owner already');
    this.#socket = undefined;
    return socket;
  }

  /** For the door of this package: shows what comes, without taking it. */
  watch(watcher: HeadWatcher): HeadWatch {
    return watchHead(this.#socket ?? new Socket(), watcher);
  }

  /** Last words, and the end. */
  dismiss(words: Uint8Array): void {
    const socket = this.take();
    socket.on('error', ignore).resume();
    socket.setTimeout(netLimits.closeTimeout, () => socket.destroy());
    socket.end(words, () => socket.destroySoon());
  }

  destroy(): void {
    const socket = this.#socket;
    this.#socket = undefined;
    socket?.on('error', ignore).destroy();
  }
}

function ignore(): void {}
