import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import { printable } from '../printable.ts';
import { UsageError } from '../usage-error.ts';
import type { HookEvent } from './hook-event.ts';
import type { HookRunner } from './runner.ts';

interface Waiting {
  resolve(): void;
  reject(error: Error): void;
}

/** What the thread says. */
type Told =
  | { readonly kind: 'ready' }
  | { readonly kind: 'unusable'; readonly because: string }
  | { readonly kind: 'done'; readonly call: number; readonly fault: string | undefined };

/**
 * Calls the function `hook` of a module, in a thread of its own: one that loops for ever is ended with the thread and stops nothing here.
 * The next call has a new one.
 */
export class ModuleRunner implements HookRunner {
  readonly #url: string;
  #thread: Worker | undefined;
  readonly #waiting = new Map<number, Waiting>();
  #next = 1;

  private constructor(url: string) {
    this.#url = url;
  }

  /** Rejects with UsageError when the module cannot be loaded or has no such function. */
  static async load(path: string, name: string): Promise<ModuleRunner> {
    const runner = new ModuleRunner(pathToFileURL(path).href);
    try {
      await runner.#start();
      return runner;
    } catch (error) {
      await runner.close();
      const because = error instanceof Error ? error.message : String(error);
      throw new UsageError(`${name}: the module ${printable(path)} is of no use: ${printable(because)}.`);
    }
  }

  async run(event: HookEvent, signal: AbortSignal): Promise<void> {
    if (this.#thread === undefined) await this.#start();
    const call = this.#next++;
    signal.addEventListener('abort', () => this.#end('another call took too long'), { once: true });
    await new Promise<void>((resolve, reject) => {
      this.#waiting.set(call, { resolve, reject });
      this.#thread?.postMessage({ call, event });
    });
  }

  async close(): Promise<void> {
    this.#end('the hook was closed');
  }

  #start(): Promise<void> {
    const thread = new Worker(program, { eval: true, execArgv: [], workerData: this.#url });
    thread.unref();
    this.#thread = thread;
    return new Promise((resolve, reject) => {
      const lost = (because: string) => {
        reject(new Error(because));
        if (this.#thread === thread) this.#end(because);
      };
      thread.on('message', (told: Told) => {
        if (told.kind === 'ready') resolve();
        else if (told.kind === 'unusable') lost(told.because);
        else this.#done(told);
      });
      thread.on('error', (error) => lost(error.message));
      thread.on('exit', (code) => lost(`its thread ended with ${code}`));
    });
  }

  #done({ call, fault }: Extract<Told, { readonly kind: 'done' }>): void {
    const waiting = this.#waiting.get(call);
    this.#waiting.delete(call);
    if (fault === undefined) waiting?.resolve();
    else waiting?.reject(new Error(printable(fault)));
  }

  #end(because: string): void {
    const thread = this.#thread;
    this.#thread = undefined;
    void thread?.terminate();
    const waiting = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const { reject } of waiting) reject(new Error(because));
  }
}

/** Text, because a worker cannot be started from a TypeScript file on Node 20. */
const program = `
const { parentPort, workerData } = require('node:worker_threads');
const textOf = (error) => String(error instanceof Error ? error.message : error).slice(0, 500);
import(workerData).then(
  ({ hook }) => {
    if (typeof hook !== 'function') {
      parentPort.postMessage({ kind: 'unusable', because: 'it exports no function hook' });
      return;
    }
    parentPort.on('message', async ({ call, event }) => {
      let fault;
      try {
        await hook(event);
      } catch (error) {
        fault = textOf(error);
      }
      parentPort.postMessage({ kind: 'done', call, fault });
    });
    parentPort.postMessage({ kind: 'ready' });
  },
  (error) => parentPort.postMessage({ kind: 'unusable', because: textOf(error) }),
);
`;
