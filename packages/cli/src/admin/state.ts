import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';
import type { ProcessIo } from '../terminal.ts';

/** Where a program keeps what must outlive it, and where it is asked: `--state`, or the place that the XDG specification names. */
export function stateFolder(
  io: ProcessIo,
  given: string | undefined,
  name: 'relay' | 'agent' | 'gateway' | 'serve',
): string {
  if (given !== undefined) return path.resolve(given);
  const base = io.env['XDG_STATE_HOME'] ?? path.join(io.env['HOME'] ?? homedir(), '.local', 'state');
  return path.join(base, 'duoport', name);
}

/** Where a service is asked, when its manager has said so (systemd's `RuntimeDirectory=`). */
export function runtimeFolder(env: ProcessIo['env']): string | undefined {
  const [folder] = (env['RUNTIME_DIRECTORY'] ?? '').split(':');
  return folder === '' ? undefined : folder;
}

/** Where a server is asked. */
export function serveFolder(io: ProcessIo): string {
  const runtime = runtimeFolder(io.env);
  return runtime === undefined ? stateFolder(io, undefined, 'serve') : path.join(runtime, 'serve');
}

/** Undefined when there is none. Throws when it is no JSON object. */
export async function readState(file: string): Promise<Readonly<Record<string, unknown>> | undefined> {
  const text = await readFile(file, 'utf8').catch(noFile);
  if (text === undefined) return undefined;
  const value: unknown = JSON.parse(text);
  if (typeof value === 'object' && value !== null) return value as Readonly<Record<string, unknown>>;
  throw new SyntaxError(`${file} holds no object`);
}

/** Whole or not at all, and for its owner alone. */
export async function writeState(file: string, value: object): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
  const draft = `${file}.${process.pid}`;
  await writeFile(draft, `${JSON.stringify(value, undefined, 2)}\n`, { mode: 0o600 });
  await rename(draft, file);
}

function noFile(error: unknown): undefined {
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
  throw error;
}
