import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { PassThrough } from 'node:stream';
import { duoportCommand } from '@duoport/testkit';
import { run } from 'duoport';

/** How a command ended. */
export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string | Uint8Array;
}

/** Node and its arguments that run the command. */
export const command: readonly string[] = duoportCommand;

/** Runs `duoport` to its end. */
export async function duoport(words: readonly string[], options: RunOptions = {}): Promise<Ended> {
  const child = start(words, options);
  try {
    const [stdout, stderr] = [collect(child, 'stdout'), collect(child, 'stderr')];
    child.stdin?.end(options.input ?? '');
    const [code] = (await once(child, 'close')) as [number | null];
    return { code, stdout: stdout(), stderr: stderr() };
  } finally {
    child.kill('SIGKILL');
  }
}

/** Runs the command in this process: quick, for what ends by itself. */
export async function within(words: readonly string[]): Promise<Ended> {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const { signal } = new AbortController();
  const code = await run(words, {
    stdin: new PassThrough(),
    stdout,
    stderr,
    env: {},
    interrupt: signal,
    terminate: signal,
  });
  return { code, stdout: written(stdout), stderr: written(stderr) };
}

/** All of it: from Node 26 on, one call of `read` gives one chunk. */
function written(stream: PassThrough): string {
  const chunks: unknown[] = [];
  for (let chunk = stream.read(); chunk !== null; chunk = stream.read()) chunks.push(chunk);
  return chunks.join('');
}

/** A `duoport serve` that has said it is ready. */
export interface Serving extends AsyncDisposable {
  readonly folder: string;
  readonly port: number;
  /** The first line of --json. */
  readonly ready: Readonly<Record<string, unknown>>;
  readonly child: ChildProcess;
  /** Nobody has its standard output any more: it is gone, and all that it has started. */
  readonly closed: Promise<unknown>;
  /** `ftp://u:p@127.0.0.1:PORT/` and what is put behind it. */
  url(path?: string): string;
  /** The next event of this kind; also one that came before. */
  event(kind: string): Promise<Readonly<Record<string, unknown>>>;
  stderr(): string;
}

/** Serves a new folder on a free port of loopback for user u with password p. */
export async function serve(
  flags: readonly string[] = [],
  folder?: string,
  env: RunOptions['env'] = {},
): Promise<Serving> {
  const served = folder ?? (await mkdtemp(join(tmpdir(), 'duoport-serve-')));
  const words = ['serve', served, '--listen', '127.0.0.1:0', '--user', 'u:p', '--json', ...flags];
  const started = await standing(words, env);
  return {
    ...started,
    folder: served,
    [Symbol.asyncDispose]: async () => {
      await started[Symbol.asyncDispose]();
      if (folder === undefined) await rm(served, { recursive: true, force: true });
    },
  };
}

/** Serves what a settings file says, and nobody else. */
export async function serveSettings(config: string, env: RunOptions['env'] = {}): Promise<Standing> {
  return await standing(['serve', '--config', config, '--json'], env);
}

/** A `duoport gateway` that has said it is ready. */
export type Standing = Omit<Serving, 'folder'>;

/** A gateway on a free port of loopback. */
export async function gateway(flags: readonly string[]): Promise<Standing> {
  return await standing(['gateway', '--listen', '127.0.0.1:0', '--json', ...flags]);
}

/** A folder that is gone when the test is over. */
export async function temporary(): Promise<{ readonly path: string } & AsyncDisposable> {
  const path = await mkdtemp(join(tmpdir(), 'duoport-cli-'));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

async function standing(words: readonly string[], env: RunOptions['env'] = {}): Promise<Standing> {
  const child = start(words, { env });
  const closed = once(child, 'close');
  const stderr = collect(child, 'stderr');
  const events = eventsOf(child, stderr);
  try {
    const ready = await events('ready');
    const [door] = ready['doors'] as readonly { readonly port: number }[];
    if (door === undefined) throw new Error('no door');
    return {
      port: door.port,
      ready,
      child,
      closed,
      url: (path = '') => `ftp://u:p@127.0.0.1:${door.port}/${path}`,
      event: events,
      stderr,
      [Symbol.asyncDispose]: () => ended(child),
    };
  } catch (error) {
    child.kill('SIGKILL');
    throw error;
  }
}

function start(words: readonly string[], options: RunOptions): ChildProcess {
  const [node = process.execPath, ...rest] = command;
  // Nothing of the person who runs the tests: no .netrc, no password of theirs, a terminal that can draw.
  const env = {
    PATH: process.env['PATH'],
    HOME: '/nonexistent',
    LANG: 'C.UTF-8',
    COLUMNS: '120',
    ...options.env,
  };
  return spawn(node, [...rest, ...words], {
    env,
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
  });
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGKILL');
  await once(child, 'exit');
}

function collect(child: ChildProcess, which: 'stdout' | 'stderr'): () => string {
  const chunks: Buffer[] = [];
  child[which]?.on('data', (chunk: Buffer) => chunks.push(chunk));
  return () => Buffer.concat(chunks).toString('utf8');
}

function eventsOf(child: ChildProcess, stderr: () => string): Serving['event'] {
  type Event = Readonly<Record<string, unknown>>;
  const seen: Event[] = [];
  const waiting = new Set<() => void>();
  let over = false;
  const wake = (): void => {
    for (const look of waiting) look();
  };
  if (child.stdout === null) throw new Error('no stdout');
  createInterface({ input: child.stdout }).on('line', (line) => {
    seen.push(JSON.parse(line) as Event);
    wake();
  });
  child.once('close', () => {
    over = true;
    wake();
  });
  return (kind) =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        const at = seen.findIndex((event) => event['event'] === kind);
        const [event] = at < 0 ? [] : seen.splice(at, 1);
        if (event === undefined && !over) return;
        waiting.delete(look);
        if (event === undefined) reject(new Error(`it ended without "${kind}": ${stderr()}`));
        else resolve(event);
      };
      waiting.add(look);
      look();
    });
}
