import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { NetworkList, NetworkListFault } from '@duoport/net';
import {
  type Admit,
  Defence,
  type DefenceOptions,
  type Guard,
  type Knock,
  type KnockAnswer,
  type Offender,
  offences,
  type SeatRequest,
} from '@duoport/server';
import { printable } from '../printable.ts';
import type { Watch } from '../seeing/watch.ts';
import { formatBytes } from '../transfer/progress-line.ts';
import { UsageError } from '../usage-error.ts';
import type { ServePlan } from './plan.ts';
import type { RunningServer } from './running-server.ts';

/** Milliseconds between two looks at what other servers have banned, and where there are none at what has ended. */
const [shared, alone] = [1000, 30_000];

interface ReadList {
  readonly list: NetworkList;
  /** Of the file that was read: the same one is not read again. */
  readonly identity: string;
}

/** The defence of a server that runs, by the settings that it has now. What workers ask comes here. */
export class ServedDefence implements Guard, AsyncDisposable {
  readonly #watch: Watch;
  /** By the place of the database. One that is asked no more still knows the seats of its sessions. */
  readonly #defences = new Map<string | undefined, Defence>();
  #lists: ReadonlyMap<string, ReadList> = new Map();
  #current: Defence | undefined;

  private constructor(watch: Watch) {
    this.#watch = watch;
  }

  /** Throws UsageError that names the list and its line. */
  static async of(plan: ServePlan, watch: Watch): Promise<ServedDefence> {
    const made = new ServedDefence(watch);
    (await made.#prepare(plan))();
    return made;
  }

  get current(): Defence {
    if (this.#current === undefined) throw new Error('the defence is not there yet');
    return this.#current;
  }

  readonly admit: Admit = (address) => this.current.refuses(address);

  /** The same server, whose lists are read anew with its settings. */
  with(server: Pick<RunningServer, 'reload'>): Pick<RunningServer, 'reload'> {
    return {
      reload: async (plan) => {
        const commit = await this.#prepare(plan);
        await server.reload(plan);
        commit();
      },
    };
  }

  knock(who: Knock): Promise<KnockAnswer> {
    return this.current.knock(who);
  }

  passed(who: Knock): Promise<void> {
    return this.current.passed(who);
  }

  offended(who: Offender): Promise<number> {
    return this.current.offended(who);
  }

  takeSeat(seat: SeatRequest): Promise<boolean> {
    return this.current.takeSeat(seat);
  }

  async leaveSeat(session: number): Promise<void> {
    for (const defence of this.#defences.values()) await defence.leaveSeat(session);
  }

  async leaveSeats(session: number): Promise<void> {
    for (const defence of this.#defences.values()) await defence.leaveSeats(session);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#defences.values()].map((defence) => defence.close()));
  }

  /** Reads what the plan names; what is returned puts it in force. Throws UsageError, and nothing has changed. */
  async #prepare(plan: ServePlan): Promise<() => void> {
    const lists = new Map<string, ReadList>();
    const read: (() => void)[] = [];
    for (const file of plan.server.defence.lists) lists.set(file, await this.#read(file, read));
    const options = optionsOf(
      plan,
      [...lists.values()].map(({ list }) => list),
    );
    const next = this.#defences.get(plan.accounts) ?? (await this.#make(plan.accounts, options));
    this.#defences.set(plan.accounts, next);
    return () => {
      this.#lists = lists;
      for (const tell of read) tell();
      next.change(options);
      this.#current = next;
    };
  }

  async #make(place: string | undefined, options: DefenceOptions): Promise<Defence> {
    const { log } = this.#watch;
    if (place === undefined) {
      const own = new Defence({ options, log, refresh: alone });
      await own.start();
      return own;
    }
    const { openDefence } = await import('@duoport/accounts-sql');
    const made = new Defence({ options, log, refresh: shared, shared: await openDefence(place) });
    await made.start();
    return made;
  }

  async #read(file: string, read: (() => void)[]): Promise<ReadList> {
    try {
      const { dev, ino, size, mtimeMs } = await stat(file);
      const identity = [dev, ino, size, mtimeMs].join();
      const before = this.#lists.get(file);
      if (before?.identity === identity) return before;
      const began = performance.now();
      const list = await NetworkList.read(createReadStream(file));
      const { networks, bytes } = list;
      const milliseconds = Math.round(performance.now() - began);
      const text = `${printable(file)}: ${networks.toLocaleString('en-US')} networks are kept out (${formatBytes(bytes)}, read in ${milliseconds} ms)`;
      read.push(() => this.#watch.note({ event: 'list-read', file, networks, bytes, milliseconds }, text));
      return { list, identity };
    } catch (cause) {
      const what =
        cause instanceof NetworkListFault
          ? cause.message
          : cause instanceof Error
            ? cause.message
            : String(cause);
      throw new UsageError(`defence.lists: ${printable(file)}: ${printable(what)}.`, { cause });
    }
  }
}

function optionsOf(
  { server: { defence, limits } }: ServePlan,
  lists: readonly NetworkList[],
): DefenceOptions {
  const { enabled, allow, answer, threshold, ban, delay } = defence;
  return {
    enabled,
    allow,
    lists,
    answer,
    threshold,
    ban,
    delay,
    weights: Object.fromEntries(offences.map((offence) => [offence, defence[`weight-${offence}`]])),
    halfLife: defence['half-life'],
    longestBan: defence['longest-ban'],
    longestDelay: defence['longest-delay'],
    logins: {
      inAll: limits['logins-per-minute'],
      perAddress: limits['logins-per-minute-per-address'],
    },
  };
}
