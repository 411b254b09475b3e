import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { buildLab, type Lab } from '../build.ts';
import { findPrograms, repository } from '../drivers/programs.ts';
import type { ProofCase } from './case.ts';
import { Clients } from './clients.ts';
import { network } from './network.ts';
import { type Bench, type ProofReport, prove } from './prove.ts';
import { type ProofServers, startServers } from './servers.ts';

type Alter = NonNullable<Parameters<typeof prove>[2]>;
type Found = Pick<Bench, 'programs' | 'tree'>;

/** Networks to prove in. Much of a proof is waiting for what is dropped, so there are a few, and they share the cases. */
export class ProofGround implements AsyncDisposable {
  readonly #stands: readonly Stand[];
  readonly #free: Bench[];
  readonly #waiting: ((bench: Bench) => void)[] = [];

  private constructor(stands: readonly Stand[]) {
    this.#stands = stands;
    this.#free = stands.map(({ bench }) => bench);
  }

  /** Throws when a program is missing and cannot be fetched. An abort takes all down, and what is being proven then fails. */
  static async open(size: number, signal?: AbortSignal): Promise<ProofGround> {
    const programs = await findPrograms({ fetch: true });
    const tree = join(repository(), '.cache', 'peers');
    const lost = ['ufw', 'firewalld'].filter((name) => !existsSync(join(tree, 'usr', 'sbin', name)));
    if (programs.missing.length + lost.length > 0) {
      throw new Error(`Missing: ${[...programs.missing, ...lost].join('; ')}`);
    }
    const stands: Stand[] = [];
    try {
      for (let index = 0; index < size; index += 1) stands.push(await openStand({ programs, tree }));
    } catch (error) {
      await Promise.all(stands.map(closeStand));
      throw error;
    }
    const ground = new ProofGround(stands);
    const stop = (): void => void ground[Symbol.asyncDispose]();
    if (signal?.aborted === true) stop();
    signal?.addEventListener('abort', stop, { once: true });
    return ground;
  }

  /** Proves one case as soon as a network is free. */
  async prove(one: ProofCase, alter?: Alter): Promise<ProofReport> {
    const bench = this.#free.pop() ?? (await new Promise<Bench>((resolve) => this.#waiting.push(resolve)));
    try {
      return await prove(bench, one, alter);
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#free.push(bench);
      else next(bench);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#stands.map(closeStand));
  }
}

interface Stand {
  readonly lab: Lab;
  readonly servers: ProofServers;
  readonly bench: Bench;
}

async function openStand(found: Found): Promise<Stand> {
  const lab = await buildLab(network);
  try {
    const servers = await startServers(lab, found.programs);
    return { lab, servers, bench: { ...found, lab, clients: new Clients(lab, found.programs, servers) } };
  } catch (error) {
    await lab.close();
    throw error;
  }
}

async function closeStand({ lab, servers }: Stand): Promise<void> {
  await lab.close();
  for (const { folder } of Object.values(servers)) folder.remove();
}
