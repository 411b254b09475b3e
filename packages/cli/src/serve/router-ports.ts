import { type MappingEvent, PortMappings } from '@duoport/outside';
import type { Listening } from '@duoport/server';
import { numberRanges } from '../number-ranges.ts';
import { printable } from '../printable.ts';
import type { Terminal } from '../terminal.ts';
import type { ServePlan } from './plan.ts';

/** The ports of a running server that its router was asked to open. Follows its settings. */
export class RouterPorts implements AsyncDisposable {
  readonly #terminal: Terminal;
  #mappings: PortMappings | undefined;
  #asked = '';

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
  }

  /** What these settings ask for. Resolves when the router has answered; whatever it says is told. */
  async follow(plan: ServePlan, listening: readonly Listening[]): Promise<void> {
    const { router } = plan.server;
    const ports = router.open === 'no' ? [] : portsOf(plan, listening);
    const asked = JSON.stringify([router, ports]);
    if (asked === this.#asked) return;
    this.#asked = asked;
    await this.#mappings?.close();
    this.#mappings = undefined;
    if (router.open === 'no') return;
    this.#mappings = new PortMappings({
      ports,
      address: router.address,
      protocol: router.open === 'auto' ? undefined : router.open,
      lifetime: Math.max(120, Math.round(router.lifetime / 1000)),
      tell: (event) => this.#tell(event),
    });
    await this.#mappings.start();
  }

  /** Another process takes the server over, and the ports with it. */
  leave(): void {
    this.#mappings?.leave();
    this.#mappings = undefined;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#mappings?.close();
  }

  #tell(event: MappingEvent): void {
    if (this.#terminal.json) this.#terminal.object({ event: event.kind, ...event, kind: undefined });
    else if (event.kind === 'ports-not-opened') this.#terminal.warn(textOf(event));
    else this.#terminal.talk(textOf(event));
  }
}

function portsOf(
  { modes, singlePort, passivePorts }: ServePlan,
  listening: readonly Listening[],
): readonly number[] {
  const { low, high } = passivePorts;
  const range =
    modes.passive && !singlePort ? Array.from({ length: high - low + 1 }, (_, at) => low + at) : [];
  return [...new Set([...listening.map(({ port }) => port), ...range])];
}

function textOf(event: MappingEvent): string {
  switch (event.kind) {
    case 'ports-opened': {
      const from = event.address === undefined ? '' : ` at ${event.address}`;
      return `The router has opened ${numberRanges(event.ports)}${from} (${event.by}).`;
    }
    case 'ports-closed':
      return `The router has closed ${numberRanges(event.ports)} again.`;
    case 'ports-not-opened':
      return `duoport: The router has not opened the ports: ${printable(event.because)}. It will be asked again; or open them there yourself.`;
  }
}
