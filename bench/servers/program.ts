import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';

/** What to run. */
export interface ProgramOptions {
  readonly program: string;
  readonly args: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
}

const living = new Set<number>();

// Whatever happens to this process, no server outlives it. Every one leads a process group of its own.
process.on('exit', () => {
  for (const pid of living) killGroup(pid, 'SIGKILL');
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(1));

/** A running server program whose process number is known, because its memory and CPU time are read from /proc. */
export class Program {
  readonly pid: number;
  readonly #child: ChildProcess;
  readonly #ended: Promise<unknown>;
  #said = '';

  constructor(options: ProgramOptions) {
    this.#child = spawn(options.program, [...options.args], {
      env: { ...process.env, LC_ALL: 'C.UTF-8', ...options.environment },
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#ended = once(this.#child, 'close');
    this.#ended.catch(() => undefined);
    const { pid } = this.#child;
    if (pid === undefined) throw new Error(`${options.program} cannot be run`);
    this.pid = pid;
    living.add(pid);
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.on('data', (chunk: Buffer) => {
        this.#said = `${this.#said}${chunk.toString('utf8')}`.slice(-2000);
      });
    }
  }

  get running(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** The end of what it printed. */
  get output(): string {
    return this.#said;
  }

  /** Ends the whole process group, and waits until it is gone. */
  async stop(): Promise<void> {
    killGroup(this.pid, 'SIGTERM');
    const hard = setTimeout(() => killGroup(this.pid, 'SIGKILL'), 3000);
    await this.#ended.catch(() => undefined);
    clearTimeout(hard);
    killGroup(this.pid, 'SIGKILL'); // session processes that a server left behind
    living.delete(this.pid);
  }
}

function killGroup(pid: number, signal: 'SIGTERM' | 'SIGKILL'): void {
  try {
    process.kill(-pid, signal);
  } catch {
    // It has ended already.
  }
}
