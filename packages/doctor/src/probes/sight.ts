import {
  canTraceHops,
  type PacketWatch,
  type SeenPacket,
  type TracedHop,
  traceHops,
  watchPackets,
} from '@duoport/net';
import type { Endpoint } from '@duoport/protocol';
import type { DialObservation, HopTrace } from '../observations.ts';

/** What the kernel lets us see beside the sockets: packets (root), and hops (everybody on Linux). */
export class Sight {
  readonly ttl: boolean;
  #watch: PacketWatch | undefined;
  #seen: SeenPacket[] = [];
  /** Who wants to know of the next packet. */
  #waiting: (() => void)[] = [];

  private constructor(ttl: boolean) {
    this.ttl = ttl;
  }

  /** Always gives one: without sight it sees nothing. */
  static async open(signal: AbortSignal): Promise<Sight> {
    const sight = new Sight(await canTraceHops());
    sight.#watch = await watchPackets((packet) => sight.#see(packet), { signal });
    return sight;
  }

  get packets(): boolean {
    return this.#watch !== undefined;
  }

  /** What packets add to the outcome of a dial that began at `since`. */
  enrich(dial: DialObservation, since: number): DialObservation {
    if (!this.packets) return dial;
    this.#watch?.catchUp();
    const { address, port } = dial.to;
    let [icmpFrom, ttl] = [dial.icmpFrom, dial.ttl];
    let { how } = dial;
    for (const { at, direction, packet } of this.#seen) {
      if (at < since || direction !== 'in') continue;
      if (packet.kind === 'tcp') {
        const isAnswer = packet.rst || (packet.syn && packet.ack);
        if (isAnswer && packet.from.address === address && packet.from.port === port) ttl = packet.ttl;
      } else if (packet.how === 'unreachable' && packet.about.to.address === address) {
        if (packet.about.to.port !== port || how === 'open') continue;
        icmpFrom = packet.from;
        ttl = packet.ttl;
        how = 'rejected';
      }
    }
    return { ...dial, how, icmpFrom, ttl };
  }

  /** SYNs that came in for a local port since then, accepted or not. Undefined when packets cannot be seen. */
  synsTo(port: number, since: number): { address: string; port: number; ttl: number }[] | undefined {
    if (!this.packets) return undefined;
    this.#watch?.catchUp();
    const syns = new Map<string, { address: string; port: number; ttl: number }>();
    for (const { at, direction, packet } of this.#seen) {
      if (at < since || direction !== 'in' || packet.kind !== 'tcp') continue;
      if (!packet.syn || packet.ack || packet.to.port !== port) continue;
      const { address, port: from } = packet.from;
      syns.set(`${address} ${from}`, { address, port: from, ttl: packet.ttl });
    }
    return [...syns.values()];
  }

  /** Resolves when a SYN for a local port comes in, or has since then. */
  async nextSynTo(port: number, since: number, signal: AbortSignal): Promise<boolean> {
    while (!signal.aborted && this.packets) {
      if ((this.synsTo(port, since)?.length ?? 0) > 0) return true;
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
    return false;
  }

  async trace(
    to: Endpoint,
    options: {
      readonly maxHops?: number | undefined;
      readonly patience: number;
      readonly atOnce?: number | undefined;
      readonly signal: AbortSignal;
    },
  ): Promise<HopTrace | undefined> {
    const hops = await traceHops({ ...options, to });
    return hops && { to: { address: to.address, port: to.port }, hops: hops.map(plain) };
  }

  async close(): Promise<void> {
    await this.#watch?.close();
    this.#watch = undefined;
    this.#tellWaiting();
  }

  #tellWaiting(): void {
    for (const tell of this.#waiting.splice(0)) tell();
  }

  #see(packet: SeenPacket): void {
    // A flood of somebody else's: the newest are the ones that are asked for.
    if (this.#seen.length >= mostPackets) this.#seen = this.#seen.slice(mostPackets / 2);
    this.#seen.push(packet);
    this.#tellWaiting();
  }
}

const mostPackets = 8192;

function plain({ distance, how, address }: TracedHop): HopTrace['hops'][number] {
  return { distance, how, address };
}
