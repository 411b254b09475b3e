import { netLimits } from './net-limits.ts';

/** Free buffers are kept for the next transfer; an idle process holds `pumpKeep` at most, an idle session none. */
const large: Uint8Array[] = [];
const small: Uint8Array[] = [];
const SMALL_KEEP = 64;
let outstanding = 0;

/** A buffer of `pumpBuffer` bytes; a small one when all transfers together hold `pumpBudget` already. */
export function takeLarge(): Uint8Array {
  if (outstanding + netLimits.pumpBuffer > netLimits.pumpBudget) return takeSmall();
  outstanding += netLimits.pumpBuffer;
  return large.pop() ?? Buffer.allocUnsafeSlow(netLimits.pumpBuffer);
}

export function takeSmall(): Uint8Array {
  return small.pop() ?? Buffer.allocUnsafeSlow(netLimits.smallTransfer);
}

/** Only for buffers that nothing writes to or reads from any more. */
export function giveBack(buffer: Uint8Array): void {
  if (buffer.length === netLimits.pumpBuffer) {
    outstanding -= netLimits.pumpBuffer;
    if (large.length < netLimits.pumpKeep) large.push(buffer);
  } else if (small.length < SMALL_KEEP) small.push(buffer);
}

/** Bytes of large buffers in use now. */
export function buffersInUse(): number {
  return outstanding;
}
