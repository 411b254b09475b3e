import { createInterface } from 'node:readline/promises';
import { askSecret } from '../remote/prompt.ts';
import type { ProcessIo } from '../terminal.ts';
import { CommandError } from '../usage-error.ts';

/** One thing to ask. */
export interface Question<T> {
  readonly text: string;
  /** What Enter alone means, as it would be typed. */
  readonly proposal: string;
  /** Throws an error whose message says what would do: it is asked again. */
  read(answer: string): T | Promise<T>;
}

/** Asks whoever sits at the terminal, or takes the proposals. */
export class Questions {
  readonly #io: ProcessIo;
  readonly #silent: boolean;

  constructor(io: ProcessIo, options: { readonly silent: boolean }) {
    this.#io = io;
    this.#silent = options.silent;
  }

  async ask<T>({ text, proposal, read }: Question<T>): Promise<T> {
    if (this.#silent) return await read(proposal);
    for (;;) {
      const answer = (await this.#line(`${text} [${proposal}] `)).trim();
      try {
        return await read(answer === '' ? proposal : answer);
      } catch (error) {
        if (!(error instanceof Error)) throw error;
        this.#io.stderr.write(`  ${error.message}\n`);
      }
    }
  }

  async yes(text: string, proposal: boolean): Promise<boolean> {
    return await this.ask({ text, proposal: proposal ? 'yes' : 'no', read: yesOrNo });
  }

  /** Empty: nothing was typed, or nobody is asked. */
  async secret(text: string): Promise<string> {
    return this.#silent ? '' : ((await askSecret(this.#io, text)) ?? '');
  }

  async #line(question: string): Promise<string> {
    const { stdin, stderr, interrupt } = this.#io;
    const reader = createInterface({ input: stdin, output: stderr, terminal: stdin.isTTY === true });
    const gone = new AbortController();
    // While it edits the line, Ctrl-C is a key like others, and Ctrl-D ends the reader.
    reader.once('SIGINT', () => gone.abort());
    reader.once('close', () => gone.abort());
    try {
      return await reader.question(question, { signal: AbortSignal.any([gone.signal, interrupt]) });
    } catch (cause) {
      stderr.write('\n');
      throw new CommandError('Nothing was written.', { cause });
    } finally {
      reader.close();
    }
  }
}

function yesOrNo(answer: string): boolean {
  if (/^y(?:es)?$/i.test(answer)) return true;
  if (/^no?$/i.test(answer)) return false;
  throw new Error('Write yes or no.');
}
