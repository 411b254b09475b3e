import type { Progress } from '@duoport/client';
import { printable } from '../printable.ts';
import type { Terminal } from '../terminal.ts';
import { formatBytes, progressLine } from './progress-line.ts';

// More often than this is a flicker, and costs time that the transfer could have.
const redrawEvery = 100;
// The rate is that of about the last three seconds.
const rateMemory = 3000;

/** The progress bar of one transfer: redrawn as bytes come in, gone when it is over. Draws nothing unless on a terminal. */
export class ProgressBar {
  readonly #terminal: Terminal;
  readonly #name: string;
  readonly #mode: () => string;
  readonly #start = performance.now();
  #drawn = 0;
  #samples: { readonly at: number; readonly bytes: number }[] = [];

  constructor(terminal: Terminal, name: string, mode: () => string) {
    this.#terminal = terminal;
    this.#name = name;
    this.#mode = mode;
  }

  /** For the client's `onProgress`. */
  readonly update = (progress: Progress): void => {
    const now = performance.now();
    if (!this.#terminal.interactive || now - this.#drawn < redrawEvery) return;
    this.#drawn = now;
    this.#samples.push({ at: now, bytes: progress.bytes });
    while (this.#samples.length > 2 && now - (this.#samples[0]?.at ?? now) > rateMemory)
      this.#samples.shift();
    const facts = {
      ...progress,
      name: this.#name,
      rate: this.#rate(now, progress.bytes),
      mode: this.#mode(),
    };
    this.#terminal.status(progressLine(facts, this.#terminal.columns, this.#terminal.unicode));
  };

  end(): void {
    this.#terminal.clearStatus();
  }

  #rate(now: number, bytes: number): number {
    const first = this.#samples.length > 1 ? this.#samples[0] : undefined;
    const since = first ?? { at: this.#start, bytes: 0 };
    return now > since.at ? ((bytes - since.bytes) * 1000) / (now - since.at) : 0;
  }
}

/** `a.txt: 1,048,576 bytes in 0.12 s (8.3 MiB/s), passive, TLS`. */
export function transferSummary(
  name: string,
  result: {
    readonly bytes: number;
    readonly offset: number;
    readonly duration: number;
    readonly mode: string;
    readonly secure: boolean;
  },
): string {
  const seconds = result.duration / 1000;
  const parts = [
    `${printable(name)}: ${result.bytes.toLocaleString('en-US')} bytes in ${seconds.toFixed(2)} s`,
    ...(seconds > 0 ? [`${formatBytes(result.bytes / seconds)}/s`] : []),
    ...(result.offset > 0 ? [`resumed at ${result.offset.toLocaleString('en-US')}`] : []),
    result.mode,
    result.secure ? 'TLS' : 'no TLS',
  ];
  return parts.join(', ');
}
