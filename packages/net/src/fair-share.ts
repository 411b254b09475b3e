import { buffersInUse } from './buffers.ts';
import { netLimits } from './net-limits.ts';

/** How many long transfers the buffers in use stand for: each has two. */
function longTransfers(): number {
  return Math.max(1, buffersInUse() / netLimits.pumpBuffer / 2);
}

/**
 * The part of a buffer that one transfer may use at a time. Alone it is the whole buffer; many share one turn of the event
 * loop, so that it stays short for those who only send a command.
 */
export function fairPart(buffer: Uint8Array): Uint8Array {
  const bytes = Math.max(netLimits.smallTransfer, netLimits.pumpTurn / longTransfers());
  return bytes < buffer.length ? buffer.subarray(0, bytes) : buffer;
}

/** Milliseconds that one transfer may go on while neither reading nor writing makes it wait. */
export function fairTime(): number {
  return Math.min(1, netLimits.pumpTurnTime / longTransfers());
}
