import type { Journey, JourneyEnd } from '../run/journey.ts';
import type { Box } from './boxes.ts';
import { Canvas, type Pen } from './pen.ts';

/** A journey as arrows under the boxes: a line for each stretch in one direction, the last with its end. */
export function arrowLines(journey: Journey, boxes: readonly Box[], pen: Pen): readonly string[] {
  const way = journey.hosts.flatMap((host) => boxes.find((box) => box.host === host) ?? []);
  if (way.length === 0) return [];
  const stretches = stretchesOf(way);
  return stretches.map((stretch, index) => {
    const isLast = index === stretches.length - 1;
    return arrowLine(stretch, isLast ? journey.end : { kind: 'arrived' }, pen);
  });
}

/** Cut where the way turns. */
function stretchesOf(way: readonly Box[]): readonly (readonly Box[])[] {
  const stretches: Box[][] = [];
  for (const [index, box] of way.entries()) {
    const before = way[index - 1];
    const current = stretches.at(-1);
    if (before === undefined || current === undefined) stretches.push([box]);
    else if (current.length === 1 || turns(current, box)) {
      if (current.length === 1) current.push(box);
      else stretches.push([before, box]);
    } else current.push(box);
  }
  return stretches;
}

function turns(current: readonly Box[], next: Box): boolean {
  const [first, second] = current;
  const last = current.at(-1);
  if (first === undefined || second === undefined || last === undefined) return false;
  return second.left > first.left !== next.left > last.left;
}

function arrowLine(stretch: readonly Box[], end: JourneyEnd, pen: Pen): string {
  const canvas = new Canvas();
  const from = stretch[0];
  const to = stretch.at(-1);
  if (from === undefined || to === undefined) return '';
  const right = to.center >= from.center;
  const tip = tipOf(to, end, right);
  const [low, high] = right ? [from.center, tip] : [tip, from.center];
  canvas.write(low, pen.line.repeat(Math.max(1, high - low + 1)));
  canvas.write(from.center, right ? pen.start : pen.end);
  canvas.write(tip, end.kind === 'arrived' ? (right ? pen.toRight : pen.toLeft) : pen.stop);
  return canvas.toString();
}

/** What a firewall stops, stops at the edge of its box; what has no goal ends behind it. */
function tipOf(to: Box, end: JourneyEnd, right: boolean): number {
  if (end.kind === 'stopped') return right ? to.left : to.right;
  if (end.kind === 'lost') return right ? to.right + 2 : to.left - 2;
  return to.center;
}
