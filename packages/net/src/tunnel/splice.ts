import type { Socket } from 'node:net';
import type { Endpoint } from '@duoport/protocol';
import type { Awaitable, PumpOptions } from '../bytes.ts';
import { Outlet } from '../outlet.ts';
import type { RawStream } from '../raw-stream.ts';
import { receivePlain } from '../receive.ts';
import { resetStream } from '../reset-stream.ts';
import { kernelEndpoint, peerEndpoint } from '../socket-address.ts';

/** Joins a TCP connection to a stream of a tunnel, both ways. An end is passed on as an end, a break as a break. */
export function splice(socket: Socket, stream: RawStream): void {
  const peer = peerEndpoint(socket) ?? kernelEndpoint('0.0.0.0', 0);
  const near = new End(socket, peer);
  const far = new End(stream, peer);
  pass(near, far);
  pass(far, near);
}

/** Neither end is given up for its silence: whoever made the connection knows how long that may be. */
const options: PumpOptions = { stallTimeout: 0 };

/** One end of the two. */
class End {
  readonly peer: Endpoint;
  stream: RawStream;
  #outlet: Outlet;

  constructor(stream: RawStream, peer: Endpoint) {
    this.peer = peer;
    this.stream = stream;
    this.#outlet = this.#outletOf(stream);
  }

  /** From the memory it lies in. */
  write(chunks: readonly Uint8Array[]): Awaitable<void> {
    return this.#outlet.write(chunks);
  }

  /** The kernel's end has moved. */
  become(socket: Socket): void {
    this.stream = socket;
    this.#outlet = this.#outletOf(socket);
  }

  #outletOf(stream: RawStream): Outlet {
    const { peer } = this;
    return new Outlet(stream, options, { ...untold, peer, abandon: () => resetStream(stream) });
  }
}

const untold = {
  onFirstByte: () => undefined,
  onFin: () => undefined,
  onReset: () => undefined,
  onTruncated: () => undefined,
  finish: () => undefined,
};

function pass(from: End, to: End): void {
  const context = { ...untold, peer: from.peer, onAdopted: (socket: Socket) => from.become(socket) };
  // Not only closed: whoever receives there must not take what it has for the whole.
  const cut = (error: unknown): never => {
    resetStream(from.stream);
    resetStream(to.stream);
    throw error;
  };
  const write = (chunks: readonly Uint8Array[]): Awaitable<void> => {
    try {
      return to.write(chunks)?.catch(cut);
    } catch (error) {
      return cut(error);
    }
  };
  const direct = {
    get stream() {
      return to.stream;
    },
    moved: () => undefined,
    failed: () => undefined,
  };
  receivePlain(from.stream, { write, direct }, options, context)
    .catch(cut)
    .then(
      () => to.stream.end(),
      () => undefined,
    );
}
