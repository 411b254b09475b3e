import { randomInt } from 'node:crypto';
import { FtpLocalError } from '@duoport/protocol';

/** Inclusive on both ends. */
export interface PortRange {
  readonly low: number;
  readonly high: number;
}

/** Throws FTP_LOCAL_PROTOCOL for a range that is none, before anything is opened. */
export function checkRange(range: PortRange): void {
  const { low, high } = range;
  const ok = Number.isInteger(low) && Number.isInteger(high) && low >= 1 && high <= 65_535 && low <= high;
  if (!ok) throw new FtpLocalError(`${low}-${high} is no port range: write the lower port first, 1 to 65535`);
}

export function rangeSize(range: PortRange): number {
  return range.high - range.low + 1;
}

/** Every port of the range once, from a random start (an attacker must not guess the next); `last` comes last. */
export function* sweep(range: PortRange, last?: number): Generator<number> {
  const size = rangeSize(range);
  const start = randomInt(size);
  for (let step = 0; step < size; step += 1) {
    const port = range.low + ((start + step) % size);
    if (port !== last) yield port;
  }
  if (last !== undefined && last >= range.low && last <= range.high) yield last;
}
