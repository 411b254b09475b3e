import { type ChildProcess, spawn } from 'node:child_process';
import type { PeerName, PeerPaths } from '../../scripts/debian.mjs';

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
  /** Settles when it has ended and everything it printed is here. */
  readonly exitCode: Promise<number>;
  #said = '';

  constructor(options: ProgramOptions) {
    this.#child = spawn(options.program, [...options.args], {
      env: { ...process.env, LC_ALL: 'C.UTF-8', ...options.environment },
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.exitCode = new Promise((resolve) => {
      this.#child.once('error', () => resolve(-1)).once('close', (code) => resolve(code ?? -1));
    });
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
    await this.exitCode;
    clearTimeout(hard);
    killGroup(this.pid, 'SIGKILL'); // session processes that a server left behind
    living.delete(this.pid);
  }
}

/** Runs a program to its end, or kills it after `limit` milliseconds. Fails with what it said unless it exits with 0. */
export async function runProgram(options: ProgramOptions, limit: number): Promise<void> {
  await readProgram(options, limit);
}

/** The same, for what it prints: the last 2,000 characters of it. */
export async function readProgram(options: ProgramOptions, limit: number): Promise<string> {
  const program = new Program(options);
  const timer = setTimeout(() => void program.stop(), limit);
  const code = await program.exitCode;
  clearTimeout(timer);
  living.delete(program.pid);
  if (code !== 0) throw new Error(`exit code ${code}: ${program.output.trim().slice(-200)}`);
  return program.output;
}

/** The path of a program of the peers, or an error that says why it is not here. */
export function need(found: PeerPaths, name: PeerName): string {
  const path = found.paths[name];
  if (path !== undefined) return path;
  throw new Error(found.missing.find((lost) => lost.name === name)?.reason ?? `${name} is missing`);
}

function killGroup(pid: number, signal: 'SIGTERM' | 'SIGKILL'): void {
  try {
    process.kill(-pid, signal);
  } catch {
    // It has ended already.
  }
}
