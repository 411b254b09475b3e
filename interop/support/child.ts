import { type ChildProcess, spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';

export interface ChildOptions {
  readonly program: string;
  readonly args: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Written to standard input, which is then closed. */
  readonly input?: Uint8Array;
  /** Standard output goes here instead of into memory. */
  readonly outputFile?: string;
}

export interface Finished {
  /** Exit code, or -1 when a signal ended it. */
  readonly code: number;
  readonly signal: string | undefined;
  readonly stdout: Buffer;
  readonly stderr: Buffer;
}

const outputLimit = 8 << 20;
const living = new Set<number>();

// Whatever happens to this process, no peer outlives it. Every child leads a process group of its own.
process.on('exit', () => {
  for (const pid of living) killGroup(pid, 'SIGKILL');
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.once(signal, () => process.exit(1));
}

/** Somebody else's program while it runs. */
export class Child {
  readonly #process: ChildProcess;
  readonly #stdout = new Tail();
  readonly #stderr = new Tail();
  readonly #pid: number | undefined;
  /** Settles when it has ended and its output is complete. Rejects only when it could not be started. */
  readonly finished: Promise<Finished>;

  constructor(options: ChildOptions) {
    this.#process = spawn(options.program, [...options.args], {
      cwd: options.cwd,
      env: { ...process.env, LC_ALL: 'C.UTF-8', ...options.environment },
      detached: true,
      stdio: [options.input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
    });
    this.#pid = this.#process.pid;
    if (this.#pid !== undefined) living.add(this.#pid);
    this.#collect(options.outputFile);
    if (options.input !== undefined) {
      this.#process.stdin?.on('error', () => undefined); // it may end without reading; its exit code tells
      this.#process.stdin?.end(options.input);
    }
    this.finished = this.#end();
  }

  get running(): boolean {
    return this.#process.exitCode === null && this.#process.signalCode === null && this.#pid !== undefined;
  }

  /** What it printed so far. */
  output(): string {
    return Buffer.concat([this.#stdout.bytes(), this.#stderr.bytes()]).toString('utf8');
  }

  /** Ends the whole process group, and waits until it is gone. */
  async stop(): Promise<void> {
    if (this.#pid !== undefined) killGroup(this.#pid, 'SIGTERM');
    const hard = setTimeout(() => {
      if (this.#pid !== undefined) killGroup(this.#pid, 'SIGKILL');
    }, 2_000);
    await this.finished.catch(() => undefined);
    clearTimeout(hard);
    if (this.#pid !== undefined) killGroup(this.#pid, 'SIGKILL'); // session processes that a server left behind
  }

  #collect(outputFile: string | undefined): void {
    if (outputFile !== undefined) this.#process.stdout?.pipe(createWriteStream(outputFile));
    else this.#process.stdout?.on('data', (chunk: Buffer) => this.#stdout.add(chunk));
    this.#process.stderr?.on('data', (chunk: Buffer) => this.#stderr.add(chunk));
  }

  #end(): Promise<Finished> {
    return new Promise((resolve, reject) => {
      this.#process.once('error', reject);
      this.#process.once('close', (code, signal) => {
        if (this.#pid !== undefined) living.delete(this.#pid);
        resolve({
          code: code ?? -1,
          signal: signal ?? undefined,
          stdout: this.#stdout.bytes(),
          stderr: this.#stderr.bytes(),
        });
      });
    });
  }
}

/** Runs a program to its end; after `timeout` milliseconds it is killed, and `signal` says so. */
export async function run(options: ChildOptions & { readonly timeout?: number }): Promise<Finished> {
  const child = new Child(options);
  const timer = setTimeout(() => void child.stop(), options.timeout ?? 60_000);
  try {
    return await child.finished;
  } finally {
    clearTimeout(timer);
  }
}

/** The end of what a program prints: some print a line for every TLS record. */
class Tail {
  #chunks: Buffer[] = [];
  #size = 0;

  add(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#size += chunk.length;
    if (this.#size < 2 * outputLimit) return;
    this.#chunks = [this.bytes().subarray(-outputLimit)];
    this.#size = outputLimit;
  }

  bytes(): Buffer {
    return Buffer.concat(this.#chunks);
  }
}

function killGroup(pid: number, signal: 'SIGTERM' | 'SIGKILL'): void {
  try {
    process.kill(-pid, signal);
  } catch {
    // It has ended already.
  }
}
