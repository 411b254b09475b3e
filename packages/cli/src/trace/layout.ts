import type { Side } from '@duoport/net';
import { type Arrow, arrowWidth, drawArrow } from './arrow.ts';
import { pad, wrap } from './wrap.ts';

/** One step of the picture: what each end does, and the arrow between them. */
export interface Step {
  readonly client?: string;
  readonly server?: string;
  readonly arrow: Arrow;
}

export interface LayoutOptions {
  /** Columns of the terminal. Taken as 64 at least and 160 at most: outside of that nothing can be read. */
  readonly columns: number;
  readonly unicode: boolean;
}

const timeWidth = 8;
const gap = 2;

/** Lays steps out in the columns time | client | arrow | server. */
export class Layout {
  readonly #unicode: boolean;
  readonly #width: number;
  readonly #client: number;
  readonly #server: number;

  constructor(options: LayoutOptions) {
    this.#unicode = options.unicode;
    this.#width = Math.min(160, Math.max(64, options.columns)) - 1;
    const text = this.#width - timeWidth - arrowWidth - 3 * gap;
    // Replies are longer than commands.
    this.#client = Math.floor(text * 0.42);
    this.#server = text - this.#client;
  }

  header(): readonly string[] {
    const arrow: Arrow = { stroke: 'none', from: undefined, label: '' };
    const title = this.#row('ms'.padStart(timeWidth), 'client', drawArrow(arrow, this.#unicode), 'server');
    return [title, (this.#unicode ? '─' : '-').repeat(this.#width)];
  }

  step(at: number, step: Step): readonly string[] {
    const client = wrap(step.client ?? '', this.#client);
    const server = wrap(step.server ?? '', this.#server);
    const rows = Math.max(client.length, server.length);
    return Array.from({ length: rows }, (_, row) =>
      this.#row(
        row === 0 ? time(at) : ' '.repeat(timeWidth),
        client[row] ?? '',
        row === 0 ? drawArrow(step.arrow, this.#unicode) : ' '.repeat(arrowWidth),
        server[row] ?? '',
      ),
    );
  }

  /** A remark across all columns. */
  note(at: number | undefined, text: string): readonly string[] {
    const bullet = this.#unicode ? '•' : '*';
    const lines = wrap(text, this.#width - timeWidth - gap - 2);
    return lines.map((line, row) => {
      const stamp = row === 0 && at !== undefined ? time(at) : ' '.repeat(timeWidth);
      return `${stamp}${' '.repeat(gap)}${row === 0 ? bullet : ' '} ${line}`.trimEnd();
    });
  }

  #row(stamp: string, client: string, arrow: string, server: string): string {
    const space = ' '.repeat(gap);
    return [stamp, pad(client, this.#client), arrow, server].join(space).trimEnd();
  }
}

/** A step in which one end does something and the arrow goes away from it. */
export function from(side: Side, text: string, arrow: Omit<Arrow, 'from'>): Step {
  return { [side]: text, arrow: { ...arrow, from: side } };
}

function time(at: number): string {
  return at.toFixed(1).padStart(timeWidth);
}
