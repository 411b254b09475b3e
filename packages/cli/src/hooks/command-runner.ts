import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { encodeText } from '@duoport/protocol';
import type { HookEvent } from './hook-event.ts';
import type { HookRunner } from './runner.ts';

/**
 * Starts a program for each event, without a shell. It gets nothing of the server's environment but where programs and homes are: that may
 * hold passwords.
 */
export class CommandRunner implements HookRunner {
  readonly #command: string;
  readonly #arguments: readonly string[];
  readonly #running = new Set<ChildProcess>();

  constructor(command: string, words: readonly string[]) {
    this.#command = command;
    this.#arguments = words;
  }

  async run(event: HookEvent, signal: AbortSignal): Promise<void> {
    const words = [
      ...this.#arguments,
      event.event,
      plain(event.path ?? event.banned ?? event.user ?? event.address),
    ];
    const child = spawn(this.#command, words, {
      // In a group of its own, so that what it starts ends with it.
      detached: process.platform !== 'win32',
      env: variablesOf(event),
      stdio: 'ignore',
      windowsHide: true,
    });
    this.#running.add(child);
    signal.addEventListener('abort', () => end(child), { once: true });
    try {
      const [code, by] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
      if (code !== 0) throw new Error(by === null ? `it ended with ${code}` : `it was ended by ${by}`);
    } catch (error) {
      throw new Error(
        isStartFault(error) ? `it cannot be started (${error.code})` : String((error as Error).message),
      );
    } finally {
      this.#running.delete(child);
    }
  }

  async close(): Promise<void> {
    for (const child of this.#running) end(child);
  }
}

function end(child: ChildProcess): void {
  if (child.pid === undefined || child.exitCode !== null) return;
  try {
    if (process.platform === 'win32') child.kill('SIGKILL');
    else process.kill(-child.pid, 'SIGKILL');
  } catch {
    // It is gone, and its group with it.
  }
}

function isStartFault(error: unknown): error is Error & { readonly code: string } {
  return error instanceof Error && 'code' in error && 'syscall' in error;
}

/** What an event is for a program. */
export function variablesOf(event: HookEvent): Record<string, string> {
  const { PATH = '', HOME = '', LANG = '', TZ = '' } = process.env;
  const { path, to } = event;
  const exact = {
    ...(path === undefined ? {} : { DUOPORT_PATH_URL: percent(path) }),
    ...(to === undefined ? {} : { DUOPORT_TO_URL: percent(to) }),
  };
  const facts = Object.entries(event).flatMap(([name, value]: [string, unknown]) =>
    value === undefined ? [] : [[`DUOPORT_${name.toUpperCase()}`, plain(String(value))] as const],
  );
  return { PATH, HOME, LANG, TZ, ...Object.fromEntries(facts), ...exact };
}

/** NUL would end it, and lone surrogates are no text for a program. */
function plain(text: string): string {
  return text.replace(/[\0\p{Cs}]/gu, '?');
}

/** The bytes of a name, whatever their encoding. */
function percent(path: string): string {
  return [...encodeText(path)]
    .map((byte) => {
      const character = String.fromCharCode(byte);
      return /[\w./~-]/.test(character) ? character : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
    })
    .join('');
}
