import type { ServerEvent } from '@duoport/server';
import type { HookKind } from '../config/hooks-schema.ts';
import type { Settings } from '../config/schema.ts';
import type { Note } from '../seeing/journal.ts';
import type { Part } from '../seeing/part.ts';
import type { SessionUser } from '../seeing/session-users.ts';
import { type HookEvent, hookEventOf } from './hook-event.ts';
import { type HookRunner, TimedOut, within } from './runner.ts';

export type HookSettings = NonNullable<Settings['hooks']>[number];

export interface HookOptions {
  /** `hooks 1`, for what is told. */
  readonly name: string;
  note(note: Note, text: string): void;
}

const resultKinds = ['done', 'failed', 'timed-out', 'dropped'] as const;
type HookResult = (typeof resultKinds)[number];

/**
 * Calls one hook: so many at once, so many that wait, and none of them longer than its time. Whoever tells it never waits; what is too
 * much is dropped and counted. A hook that fails is told when it begins, and when it has worked again.
 */
export class Hook implements Part {
  readonly #settings: HookSettings;
  readonly #options: HookOptions;
  readonly #runner: HookRunner;
  readonly #on: ReadonlySet<HookKind>;
  readonly #results: Record<HookResult, number> = { done: 0, failed: 0, 'timed-out': 0, dropped: 0 };
  #waiting: HookEvent[] = [];
  #running = 0;
  /** Calls that failed in a row. */
  #failures = 0;
  #dropping = 0;
  #closed = false;

  private constructor(settings: HookSettings, options: HookOptions, runner: HookRunner) {
    this.#settings = settings;
    this.#options = options;
    this.#runner = runner;
    this.#on = new Set(settings.on);
  }

  /** Rejects with UsageError for a module that cannot be loaded. */
  static async open(settings: HookSettings, options: HookOptions): Promise<Hook> {
    return new Hook(settings, options, await runnerOf(settings, options.name));
  }

  /** Since the start, by what became of them. */
  get calls(): { readonly hook: string; readonly results: Readonly<Record<HookResult, number>> } {
    return { hook: this.#options.name, results: this.#results };
  }

  /** Those that wait for their turn. */
  get waiting(): number {
    return this.#waiting.length;
  }

  readonly tell = (event: ServerEvent, user: SessionUser | undefined, now: Date): void => {
    const told = hookEventOf(event, user, now);
    if (told === undefined || !this.#on.has(told.event) || this.#closed) return;
    if (this.#waiting.length >= this.#settings.queue) this.#drop();
    else {
      this.#waiting.push(told);
      this.#next();
    }
  };

  async close(): Promise<void> {
    this.#closed = true;
    this.#waiting = [];
    await this.#runner.close();
  }

  #drop(): void {
    this.#results.dropped += 1;
    this.#dropping += 1;
    if (this.#dropping > 1) return;
    const { queue } = this.#settings;
    this.#note('hook-overflow', { queue }, `${queue} calls wait already: more are dropped and counted.`);
  }

  #next(): void {
    while (this.#running < this.#settings.parallel) {
      const event = this.#waiting.shift();
      if (event === undefined) break;
      this.#running += 1;
      void this.#call(event).finally(() => {
        this.#running -= 1;
        this.#next();
      });
    }
    if (this.#waiting.length > 0 || this.#dropping === 0) return;
    const dropped = this.#dropping;
    this.#dropping = 0;
    this.#note('hook-keeps-up', { dropped }, `it keeps up again; ${dropped} calls were dropped.`);
  }

  async #call(event: HookEvent): Promise<void> {
    try {
      await within(this.#settings.timeout, (signal) => this.#runner.run(event, signal));
      this.#results.done += 1;
      if (this.#failures > 0)
        this.#note(
          'hook-works',
          { failures: this.#failures },
          `it works again after ${this.#failures} failures.`,
        );
      this.#failures = 0;
    } catch (error) {
      if (this.#closed) return;
      this.#results[error instanceof TimedOut ? 'timed-out' : 'failed'] += 1;
      this.#failures += 1;
      const because = error instanceof Error ? error.message : String(error);
      if (this.#failures === 1)
        this.#note('hook-failed', { call: event.event, because }, `${event.event}: ${because}.`);
    }
  }

  #note(event: string, facts: object, text: string): void {
    const { name, note } = this.#options;
    note({ event, hook: name, ...facts }, `duoport: ${name}: ${text}`);
  }
}

async function runnerOf(settings: HookSettings, name: string): Promise<HookRunner> {
  const { command, url, module } = settings;
  if (command !== undefined)
    return new (await import('./command-runner.ts')).CommandRunner(command, settings.arguments);
  if (url !== undefined) return new (await import('./post-runner.ts')).PostRunner(url, settings);
  return await (await import('./module-runner.ts')).ModuleRunner.load(module ?? '', name);
}
