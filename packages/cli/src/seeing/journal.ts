import type { ServerEvent } from '@duoport/server';
import type { Logger } from 'pino';
import type { Settings } from '../config/schema.ts';
import { SessionLog } from '../serve/session-log.ts';
import { harmless, type Terminal } from '../terminal.ts';
import type { LogFile } from './log-file.ts';

/** Something that is told of the server itself, and of no session. */
export interface Note {
  readonly event: string;
  readonly [fact: string]: unknown;
}

export interface JournalOptions {
  readonly terminal: Terminal;
  readonly level: Settings['logs']['level'];
  /** Instead of the terminal. */
  readonly file: LogFile | undefined;
  /** Of the program's JSON lines; undefined: lines for a person. */
  readonly logger: Logger | undefined;
}

/** The log of a server: an event a line, for a person or as JSON, on the terminal or in a file. */
export class Journal {
  readonly #options: JournalOptions;
  readonly #sessions: SessionLog;

  constructor(options: JournalOptions) {
    this.#options = options;
    this.#sessions = new SessionLog({ verbose: options.level === 'verbose' });
  }

  /** Only faults of ours are told: nobody need make the rest. */
  get quiet(): boolean {
    return this.#options.level === 'quiet';
  }

  event(event: ServerEvent, now: Date): void {
    // Nobody reads it: a line for every transfer costs a busy server more than the transfer's file.
    if (this.quiet && event.kind !== 'bug') return;
    const { logger, terminal, file } = this.#options;
    if (logger) {
      logger[levelOf(event)](this.#sessions.object(event, now));
      return;
    }
    const line = this.#sessions.line(event, now);
    if (line === undefined) return;
    if (file) file.write(`${now.toISOString().slice(0, 10)} ${line}`);
    // A fault of ours is told even to whoever wants quiet.
    else if (event.kind === 'bug') terminal.warn(line);
    else terminal.talk(line);
  }

  /** `text`: the same for a person. */
  note({ event, ...facts }: Note, text: string): void {
    const { logger, terminal, file } = this.#options;
    if (logger) logger.warn({ event, time: new Date().toISOString(), ...facts });
    else file?.write(`${new Date().toISOString()} ${text}`);
    if (logger === undefined || file !== undefined) terminal.warn(text);
  }
}

/** JSON lines through pino: loaded when they are asked for. */
export async function jsonLogger(terminal: Terminal, file: LogFile | undefined): Promise<Logger> {
  const { pino } = await import('pino');
  const write = (line: string): void => {
    const text = harmless(line.trimEnd());
    if (file) file.write(text);
    else terminal.result(text);
  };
  return pino(
    {
      base: null,
      timestamp: false,
      formatters: { level: (level) => ({ level }) },
      // No event has any of these. Should one get them by mistake, it is not for a log.
      redact: { paths: ['password', 'secret', '*.password', '*.secret'], censor: '********' },
    },
    { write },
  );
}

function levelOf({ kind }: ServerEvent): 'info' | 'warn' | 'error' {
  if (kind === 'bug') return 'error';
  return warnings.has(kind) ? 'warn' : 'info';
}

const warnings: ReadonlySet<ServerEvent['kind']> = new Set([
  'login-refused',
  'logins-unavailable',
  'tls-failed',
  'data-failed',
  'data-shut',
  'limited',
  'offence',
  'ban',
  'defence-alone',
]);
