import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';

export interface RunOptions {
  readonly input?: string | undefined;
  /** Milliseconds; then it is killed. Default: for ever. */
  readonly timeout?: number | undefined;
  readonly env?: Readonly<Record<string, string>> | undefined;
  readonly cwd?: string | undefined;
}

export interface RunResult {
  /** Undefined in a way of its own: null when a signal ended it. */
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly timedOut: boolean;
}

/** Runs a program to its end. Rejects only when it cannot be started at all. */
export async function runProcess(argv: readonly string[], options: RunOptions = {}): Promise<RunResult> {
  const child = startProcess(argv, options);
  let stdout = '';
  let stderr = '';
  let timedOut = false;
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  // A program that ends without reading what it is given is no fault of ours.
  child.stdin?.on('error', () => {});
  child.stdin?.end(options.input ?? '');
  const timer =
    options.timeout === undefined
      ? undefined
      : setTimeout(() => {
          timedOut = true;
          killGroup(child);
        }, options.timeout);
  const status = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve(code));
  });
  clearTimeout(timer);
  return { status, stdout, stderr, timedOut };
}

/** Starts a program in a process group of its own. */
export function startProcess(argv: readonly string[], options: RunOptions & SpawnOptions = {}): ChildProcess {
  const [program = '', ...words] = argv;
  const { input: _, timeout: __, env, ...rest } = options;
  return spawn(program, words, {
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: true,
    ...rest,
    env: { ...process.env, ...env },
  });
}

export function killGroup(child: ChildProcess): void {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    // It ended this moment.
  }
}
