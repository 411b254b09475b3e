import type { RelayLine } from '@duoport/net';
import type { Admitted } from './admission.ts';

/** An agent that is known, on one line. */
export interface ConnectedAgent extends Omit<Admitted, 'invited'> {
  readonly line: RelayLine;
}

/** Lines of one agent that may stand at a time: the newest is used, the others end when they are dead or done. */
const linesPerAgent = 4;

/** Milliseconds for the answer. */
const warning = 2000;

/** Who is connected. */
export class ConnectedAgents {
  readonly #lines = new Map<string, readonly ConnectedAgent[]>();
  #carriedBefore: RelayLine['carried'] = { direct: 0, relayed: 0, clear: 0 };

  /** All lines. */
  get size(): number {
    let count = 0;
    for (const lines of this.#lines.values()) count += lines.length;
    return count;
  }

  /** Data connections so far, by how their bytes went between relay and agent. */
  get carried(): RelayLine['carried'] {
    const lines = [...this.#lines.values()].flat().map(({ line }) => line.carried);
    const all = [this.#carriedBefore, ...lines];
    const sum = (way: keyof RelayLine['carried']) => all.reduce((count, of) => count + of[way], 0);
    return { direct: sum('direct'), relayed: sum('relayed'), clear: sum('clear') };
  }

  /** Of all lines. */
  get streams(): number {
    let count = 0;
    for (const lines of this.#lines.values()) for (const { line } of lines) count += line.streams;
    return count;
  }

  add(agent: ConnectedAgent): void {
    const lines = [agent, ...(this.#lines.get(agent.name) ?? [])];
    for (const old of lines.splice(linesPerAgent))
      old.line.close('newer connections of the agent took its place');
    this.#lines.set(agent.name, lines);
  }

  remove(agent: ConnectedAgent): void {
    const { direct, relayed, clear } = agent.line.carried;
    this.#carriedBefore = {
      direct: this.#carriedBefore.direct + direct,
      relayed: this.#carriedBefore.relayed + relayed,
      clear: this.#carriedBefore.clear + clear,
    };
    const left = (this.#lines.get(agent.name) ?? []).filter((other) => other !== agent);
    if (left.length === 0) this.#lines.delete(agent.name);
    else this.#lines.set(agent.name, left);
  }

  /** The newest that stands and offers this service. */
  find(name: string, service: string): ConnectedAgent | undefined {
    return this.#lines.get(name)?.find(({ line, services }) => line.isOpen && services.includes(service));
  }

  /** Lets the agents say goodbye to the clients whose sessions they hold. */
  async warnAll(): Promise<void> {
    const lines = [...this.#lines.values()].flat().map(({ line }) => line);
    await Promise.all(lines.map((line) => line.ask('/closing', {}, warning).catch(() => undefined)));
  }

  closeAll(because: string): void {
    for (const lines of this.#lines.values()) for (const { line } of lines) line.close(because);
  }

  /** The agent has another key now. */
  closeOf(name: string, because: string): void {
    for (const { line } of this.#lines.get(name) ?? []) line.close(because);
  }
}
