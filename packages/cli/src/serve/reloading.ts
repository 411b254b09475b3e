import type { Effective } from '../config/load-settings.ts';
import { describeError } from '../describe-error.ts';
import type { Note } from '../seeing/journal.ts';
import type { PartMaker } from '../seeing/part.ts';
import type { Watch } from '../seeing/watch.ts';
import type { ServiceManager } from '../systemd/service-manager.ts';
import { UsageError } from '../usage-error.ts';
import type { Certificate } from './certificate.ts';
import type { ServePlan } from './plan.ts';
import type { RunningServer } from './running-server.ts';
import type { TlsPlan } from './tls-plan.ts';

/** Settings that were read, and what is to be done by them. */
export interface Loaded {
  readonly effective: Effective;
  readonly plan: ServePlan;
}

/** Reads the settings of a running server anew, one time after the other. */
export class Reloading {
  readonly #server: Pick<RunningServer, 'reload'>;
  readonly #watch: Watch;
  readonly #make: PartMaker;
  readonly #load: () => Promise<Loaded>;
  readonly #readTls: (effective: Effective) => Promise<TlsPlan>;
  #told: () => void = () => undefined;
  readonly #manager: ServiceManager;
  #now: Loaded;
  #last: Promise<unknown> = Promise.resolve();

  constructor(
    now: Loaded,
    how: {
      readonly server: Pick<RunningServer, 'reload'>;
      readonly watch: Watch;
      readonly make: PartMaker;
      readonly load: () => Promise<Loaded>;
      readonly readTls: (effective: Effective) => Promise<TlsPlan>;
      readonly manager: ServiceManager;
    },
  ) {
    this.#now = now;
    this.#server = how.server;
    this.#watch = how.watch;
    this.#make = how.make;
    this.#load = how.load;
    this.#readTls = how.readTls;
    this.#manager = how.manager;
  }

  /** What holds for new sessions. */
  get plan(): ServePlan {
    return this.#now.plan;
  }

  /** Resolves with what is wrong; undefined when the new settings hold. Either is told on the terminal as well. */
  reload(): Promise<string | undefined> {
    return this.#next('settings', async () => {
      // Whatever becomes of the settings: somebody may have moved the files away.
      this.#watch.reopen();
      const read = await this.#load();
      checkSame(this.#now, read.effective);
      return read;
    });
  }

  /** The same for certificates and what belongs to them, by the settings that hold. */
  renew(): Promise<string | undefined> {
    return this.#next('certificates', async () => {
      const { effective, plan } = this.#now;
      const tls = await this.#readTls(effective);
      return { effective, plan: { ...plan, tls, certificate: tls.certificates[0] } };
    });
  }

  /** Called after every change. */
  onChange(told: () => void): void {
    this.#told = told;
  }

  #next(what: keyof typeof texts, read: () => Promise<Loaded>): Promise<string | undefined> {
    const done = this.#last.then(async () => {
      this.#manager.reloading();
      const fault = await this.#take(what, read);
      this.#manager.settled();
      return fault;
    });
    this.#last = done;
    return done;
  }

  async #take(what: keyof typeof texts, read: () => Promise<Loaded>): Promise<string | undefined> {
    const { event, good, bad } = texts[what];
    try {
      const loaded = await read();
      const plan = carriedOver(loaded.plan, this.#now.plan);
      const watching = await this.#watch.prepare(plan, this.#make);
      try {
        await this.#server.reload(plan);
      } catch (error) {
        await watching.discard();
        throw error;
      }
      await watching.commit();
      this.#now = { ...loaded, plan };
      this.#tell({ event }, good);
      this.#told();
      return undefined;
    } catch (error) {
      const fault = describeError(error);
      this.#tell(
        { event: 'reload-failed', what, message: fault },
        `duoport: ${fault}\nNothing has changed: the server goes on with the ${bad} that it has.`,
      );
      return fault;
    }
  }

  #tell(event: Note, text: string): void {
    this.#watch.note(event, text);
  }
}

const texts = {
  settings: {
    event: 'reloaded',
    good: 'The settings were read anew: they hold for new sessions.',
    bad: 'settings',
  },
  certificates: {
    event: 'certificates-renewed',
    good: 'The certificates were read anew: they hold for new sessions.',
    bad: 'certificates',
  },
} as const;

/** What a process is built on, and a reload cannot change. */
function checkSame({ effective: { settings } }: Loaded, fresh: Effective): void {
  const after = fresh.settings;
  const fixed: readonly (readonly [string, unknown, unknown])[] = [
    // One is this process itself; more are beside it.
    ...(settings.workers === 1 || after.workers === 1
      ? [['workers', settings.workers, after.workers] as const]
      : []),
    ['passive.single-port', settings.passive['single-port'], after.passive['single-port']],
    ['logs.format', settings.logs.format, after.logs.format],
    ['logs.level', settings.logs.level, after.logs.level],
    ['logs.file', settings.logs.file, after.logs.file],
    ['logs.trace', settings.logs.trace, after.logs.trace],
  ];
  const changed = fixed.find(([, one, other]) => one !== other);
  if (changed === undefined) return;
  const [path, one, other] = changed;
  throw new UsageError(
    `${fresh.origins.where(path)}It cannot be changed from ${one} to ${other} while the server runs: duoport restart does it, and nobody is dropped.`,
  );
}

/** What was made up at the start is not made up once more: clients remember it. */
export function carriedOver(plan: ServePlan, earlier: ServePlan): ServePlan {
  const selfSigned = plan.server.tls['self-signed'] && earlier.server.tls['self-signed'];
  const [made] = earlier.users;
  return {
    ...plan,
    ...(selfSigned
      ? { certificate: earlier.certificate, tls: withFirst(plan.tls, earlier.certificate) }
      : {}),
    users:
      plan.generated && earlier.generated && made !== undefined
        ? plan.users.map((user) => ({ ...user, password: made.password }))
        : plan.users,
  };
}

function withFirst(tls: TlsPlan, first: Certificate | undefined): TlsPlan {
  return first === undefined ? tls : { ...tls, certificates: [first, ...tls.certificates.slice(1)] };
}
