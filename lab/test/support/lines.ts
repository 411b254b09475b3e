import assert from 'node:assert/strict';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/** What a program prints, line by line. */
export interface Lines {
  readonly lines: readonly string[];
  /** The first line of this kind, when it has come or as soon as it comes. Rejects when the program ends before. */
  logged(pattern: RegExp): Promise<string>;
}

export function linesOf(child: ChildProcess): Lines {
  const lines: string[] = [];
  const waiting = new Set<() => void>();
  for (const stream of [child.stdout, child.stderr]) {
    assert.ok(stream !== null);
    createInterface({ input: stream }).on('line', (line) => {
      lines.push(line);
      for (const look of waiting) look();
    });
  }
  const ended = once(child, 'exit');
  const logged = (pattern: RegExp): Promise<string> =>
    new Promise((resolve, reject) => {
      const look = () => {
        const found = lines.find((line) => pattern.test(line));
        if (found === undefined) return;
        waiting.delete(look);
        resolve(found);
      };
      waiting.add(look);
      ended.then(() => reject(new Error(`It ended:\n${lines.join('\n')}`)), reject);
      look();
    });
  return { lines, logged };
}
