import type { Readable, Writable } from 'node:stream';

/** The outside of the process, so that commands can be run by a test. */
export interface ProcessIo {
  readonly stdin: Readable & { readonly isTTY?: boolean; setRawMode?(on: boolean): unknown };
  readonly stdout: Writable & { readonly isTTY?: boolean };
  readonly stderr: Writable & { readonly isTTY?: boolean; readonly columns?: number };
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Aborted by the first Ctrl-C. */
  readonly interrupt: AbortSignal;
  /** Aborted by the second Ctrl-C. */
  readonly terminate: AbortSignal;
  /** The program and its arguments, to start it once more. */
  readonly self?: readonly string[];
  /** Calls back for each SIGUSR2, where there is such a thing. */
  onUserSignal?(asked: () => void): void;
  /** Calls back for each SIGHUP, which then ends the process no more. */
  onHangup?(asked: () => void): void;
}

/** Everything that a command prints goes through here: results to stdout, talk to stderr. */
export interface Terminal {
  readonly io: ProcessIo;
  readonly json: boolean;
  /** Talk goes nowhere. */
  readonly quiet: boolean;
  /** A person is watching stderr. */
  readonly interactive: boolean;
  /** Columns of the terminal; 100 when there is none. */
  readonly columns: number;
  /** The terminal can draw more than ASCII. */
  readonly unicode: boolean;
  /** A line of the result, on stdout. */
  result(line: string): void;
  /** An object of the result: one line of JSON on stdout. */
  object(value: object): void;
  /** Talk for a person, on stderr. Nothing when quiet. */
  talk(line: string): void;
  /** Talk that is printed even when quiet: warnings, errors. */
  warn(line: string): void;
  /** A line that is rewritten in place until it is cleared: the progress bar. Nothing unless interactive. */
  status(line: string): void;
  clearStatus(): void;
}

export interface TerminalOptions {
  readonly json?: boolean | undefined;
  readonly quiet?: boolean | undefined;
}

export function createTerminal(io: ProcessIo, options: TerminalOptions = {}): Terminal {
  const interactive = io.stderr.isTTY === true;
  let status = '';
  const clearStatus = (): void => {
    if (status !== '') io.stderr.write('\r\x1b[K');
    status = '';
  };
  // A line of talk goes above the progress bar, which is then drawn again.
  const line = (stream: Writable, text: string): void => {
    const kept = status;
    clearStatus();
    stream.write(`${text}\n`);
    if (kept !== '') io.stderr.write(kept);
    status = kept;
  };
  return {
    io,
    json: options.json === true,
    quiet: options.quiet === true,
    interactive,
    // A terminal that does not know its width says 0.
    columns: columnsOf(io.stderr.columns) ?? columnsOf(io.env['COLUMNS']) ?? 100,
    unicode: speaksUnicode(io.env),
    result: (text) => line(io.stdout, text),
    object: (value) => line(io.stdout, harmless(JSON.stringify(value))),
    talk: (text) => {
      if (options.quiet !== true) line(io.stderr, text);
    },
    warn: (text) => line(io.stderr, text),
    status: (text) => {
      if (!interactive || options.quiet === true || text === status) return;
      io.stderr.write(`\r${text}\x1b[K`);
      status = text;
    },
    clearStatus,
  };
}

/** JSON leaves C1 controls and changes of direction as they are; escaped they are the same JSON and harmless on a terminal. */
export function harmless(json: string): string {
  const harmful = /[\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;
  return json.replace(harmful, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

function columnsOf(text: string | number | undefined): number | undefined {
  const columns = Number(text);
  return Number.isInteger(columns) && columns > 0 ? columns : undefined;
}

/** POSIX: the first of LC_ALL, LC_CTYPE and LANG that is set and not empty decides. */
function speaksUnicode(env: ProcessIo['env']): boolean {
  if (process.platform === 'win32')
    return env['WT_SESSION'] !== undefined || env['TERM_PROGRAM'] === 'vscode';
  const locale = [env['LC_ALL'], env['LC_CTYPE'], env['LANG']].find(
    (value) => value !== undefined && value !== '',
  );
  return /utf-?8/i.test(locale ?? '');
}
