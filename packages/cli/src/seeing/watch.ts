import type { Endpoint } from '@duoport/protocol';
import type { ServerEvent } from '@duoport/server';
import type { ServePlan } from '../serve/plan.ts';
import type { Terminal } from '../terminal.ts';
import { Journal, jsonLogger, type Note } from './journal.ts';
import { LogFile } from './log-file.ts';
import type { Part, PartMaker } from './part.ts';
import { partsOf } from './parts.ts';
import { SessionUsers } from './session-users.ts';

/** What is to be watched, once it is certain that the other new settings hold too. */
export interface Prepared {
  commit(): Promise<void>;
  discard(): Promise<void>;
}

/** All who are told what the server does: the log, files of transfers, hooks, counters. Those that new settings leave alone go on. */
export class Watch implements AsyncDisposable {
  readonly #journal: Journal;
  readonly #file: LogFile | undefined;
  readonly #users = new SessionUsers();
  #parts: ReadonlyMap<string, Part> = new Map();
  #tellers: readonly NonNullable<Part['tell']>[] = [];
  #opened = false;

  private constructor(journal: Journal, file: LogFile | undefined) {
    this.#journal = journal;
    this.#file = file;
  }

  /** Nothing is opened before `prepare`: that may be for another user to do. */
  static async of({ seeing }: ServePlan, terminal: Terminal): Promise<Watch> {
    const { level, file: path } = seeing.logs;
    const warn = (text: string) => terminal.warn(`duoport: ${text}`);
    const file = path === undefined ? undefined : new LogFile(path, { setting: 'logs.file', tell: warn });
    const logger = terminal.json ? await jsonLogger(terminal, file) : undefined;
    return new Watch(new Journal({ terminal, level, file, logger }), file);
  }

  /** Only faults are wanted. */
  get quiet(): boolean {
    return this.#journal.quiet && this.#tellers.length === 0;
  }

  readonly log = (event: ServerEvent): void => {
    if (this.quiet && event.kind !== 'bug') return;
    const now = new Date();
    this.#journal.event(event, now);
    if (this.#tellers.length === 0) return;
    const user = this.#users.of(event);
    for (const tell of this.#tellers) tell(event, user, now);
  };

  note(note: Note, text: string): void {
    this.#journal.note(note, text);
  }

  /** The names of log files may belong to other files now. */
  reopen(): void {
    this.#file?.reopen();
    for (const part of this.#parts.values()) part.reopen?.();
  }

  /** Lines that no disk would take, by the setting of their file. */
  get lost(): ReadonlyMap<string, number> {
    const lost = new Map([...this.#parts.values()].flatMap((part) => (part.lost ? [part.lost] : [])));
    return this.#file ? lost.set('logs.file', this.#file.lost) : lost;
  }

  /** Where it is asked over HTTP. */
  get endpoint(): Endpoint | undefined {
    return [...this.#parts.values()].flatMap(({ endpoint }) => endpoint ?? [])[0];
  }

  /** Calls of hooks since the start. */
  get hooks(): readonly NonNullable<Part['calls']>[] {
    return [...this.#parts.values()].flatMap(({ calls }) => calls ?? []);
  }

  /** Opens what is new. Rejects with UsageError, or what listening rejects with, and has changed nothing then. */
  async prepare(plan: ServePlan, make: PartMaker): Promise<Prepared> {
    // Later it is no reason to go on with old settings: its lines are counted.
    if (!this.#opened) await this.#file?.open();
    this.#opened = true;
    const earlier = this.#parts;
    const wanted = new Map<string, Part>();
    const made: Part[] = [];
    const discard = async () => {
      await Promise.all(made.map((part) => part.close()));
    };
    try {
      for (const { key, open } of partsOf(plan, make)) {
        const kept = earlier.get(key);
        const part = kept ?? (await open());
        if (kept === undefined) made.push(part);
        wanted.set(key, part);
      }
    } catch (error) {
      await discard();
      throw error;
    }
    return {
      discard,
      commit: async () => {
        this.#parts = wanted;
        this.#tellers = [...wanted.values()].flatMap(({ tell }) => tell ?? []);
        const over = [...earlier].filter(([key]) => !wanted.has(key));
        await Promise.all(over.map(([, part]) => part.close()));
      },
    };
  }

  /** Another process is asked over HTTP from now on. */
  async leave(): Promise<void> {
    const asked = [...this.#parts].filter(([, { endpoint }]) => endpoint !== undefined);
    this.#parts = new Map([...this.#parts].filter(([, { endpoint }]) => endpoint === undefined));
    await Promise.all(asked.map(([, part]) => part.close()));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#tellers = [];
    await Promise.all([...this.#parts.values()].map((part) => part.close()));
    await this.#file?.close();
  }
}
