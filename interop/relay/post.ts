import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { PortRange } from '@duoport/net';
import type { AgentService, DirectOptions } from '@duoport/relay';

export interface RelaySettings {
  /** Folder of its agents. */
  readonly state: string;
  readonly agentPort: number;
  readonly control: PortRange;
  readonly passive: PortRange;
  readonly limits?: Limits;
}

export interface Limits {
  readonly sessions: number;
  readonly perAddress: number;
  /** Milliseconds. */
  readonly login: number;
}

export interface AgentSettings {
  readonly name?: string;
  readonly relay: { readonly host: string; readonly port: number };
  readonly key: string;
  readonly secret: string;
  readonly services: readonly AgentService[];
  readonly active?: PortRange;
  readonly direct?: DirectOptions;
}

/** A line of JSON; the kind of event stands in `kind`, or in `event`. */
export type Told = Readonly<Record<string, unknown>>;

/** What a process holds. */
export interface Holding {
  readonly sessions: number;
  readonly streams?: number;
  readonly lines?: number;
  readonly leases: number;
  readonly held: number;
  readonly sockets: { readonly connections: number; readonly first: readonly string[] };
  /** KiB: resident, after a collection. */
  readonly memory: number;
  /** Of a gateway. KiB. */
  readonly heap?: number;
  readonly pss?: number;
  readonly descriptors?: number;
}

const patience = 20_000;
const living = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of living) child.kill('SIGKILL');
});

/** A process that is killed and started again, and everything it tells. */
export class Post {
  readonly #what: string;
  readonly #command: readonly [string, ...string[]];
  readonly #looking = new Set<(event: Told) => void>();
  readonly #each: (event: Told) => void;
  #child: ChildProcess | undefined;

  constructor(what: string, command: readonly [string, ...string[]], each: (event: Told) => void) {
    this.#what = what;
    this.#command = command;
    this.#each = each;
  }

  /** Starts it, and resolves with the first event of this kind. */
  async start(kind: string, within = patience): Promise<Told> {
    const begun = this.next(kind, within);
    const [program, ...args] = this.#command;
    const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'inherit'] });
    this.#child = child;
    living.add(child);
    child.once('exit', () => living.delete(child));
    child.stdin.on('error', () => undefined);
    createInterface({ input: child.stdout }).on('line', (line) => {
      // The last line of a process that is killed may be half a line.
      if (!line.endsWith('}')) return;
      const event = JSON.parse(line) as Told;
      this.#each(event);
      for (const look of [...this.#looking]) look(event);
    });
    return await begun;
  }

  /** The next event of this kind from now on. */
  next(kind: string, within = patience): Promise<Told> {
    return new Promise((resolve, reject) => {
      const done = () => {
        clearTimeout(timer);
        this.#looking.delete(look);
      };
      const look = (event: Told) => {
        if ((event['kind'] ?? event['event']) !== kind) return;
        done();
        resolve(event);
      };
      const timer = setTimeout(() => {
        done();
        reject(new Error(`${this.#what}: waited ${within} ms for "${kind}"`));
      }, within);
      this.#looking.add(look);
    });
  }

  async holds(): Promise<Holding> {
    const told = this.next('holds');
    this.#child?.stdin?.write('\n');
    return (await told) as unknown as Holding;
  }

  /** By SIGKILL. */
  async kill(): Promise<void> {
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
  }
}
