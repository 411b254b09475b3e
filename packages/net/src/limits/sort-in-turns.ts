import { setImmediate } from 'node:timers/promises';

/** Numbers that are sorted, or merged, between two turns of the event loop: a few milliseconds. */
const turn = 1 << 16;

/** Sorts upwards, and lets others have the event loop in between: millions of numbers would hold it up for a second. */
export async function sortInTurns<Numbers extends Uint32Array | BigUint64Array>(
  numbers: Numbers,
): Promise<Numbers> {
  for (let from = 0; from < numbers.length; from += turn) {
    numbers.subarray(from, from + turn).sort();
    await setImmediate();
  }
  let source = numbers;
  let target = numbers.slice() as Numbers;
  for (let width = turn; width < numbers.length; width *= 2) {
    for (let from = 0; from < numbers.length; from += 2 * width) await merge(source, target, { from, width });
    [source, target] = [target, source];
  }
  return source;
}

async function merge<Numbers extends Uint32Array | BigUint64Array>(
  source: Numbers,
  target: Numbers,
  { from, width }: { readonly from: number; readonly width: number },
): Promise<void> {
  const middle = Math.min(from + width, source.length);
  const end = Math.min(from + 2 * width, source.length);
  let [left, right] = [from, middle];
  let rest = turn;
  for (let at = from; at < end; at += 1) {
    const isLeft = left < middle && (right >= end || (source[left] ?? 0) <= (source[right] ?? 0));
    target[at] = source[isLeft ? left++ : right++] ?? 0;
    rest -= 1;
    if (rest > 0) continue;
    rest = turn;
    await setImmediate();
  }
}
