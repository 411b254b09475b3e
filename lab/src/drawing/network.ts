import type { Topology } from '../topology.ts';
import type { Box, BoxRow } from './boxes.ts';
import { Canvas, type Pen } from './pen.ts';

/** The boxes of the hosts with the links between them. */
export function networkLines(topology: Topology, { boxes, bus }: BoxRow, pen: Pen): readonly string[] {
  const onBus = boxes.filter(({ host }) => bus?.hosts.includes(host));
  const height = boxes[0]?.lines.length ?? 0;
  const body = Array.from({ length: height }, (_, row) => bodyLine({ topology, boxes, pen }, row));
  return [
    ...(bus === undefined ? [] : [busLine(onBus, bus.label, pen)]),
    edgeLine(boxes, { pen, top: true, marked: onBus }),
    ...body,
    edgeLine(boxes, { pen, top: false, marked: [] }),
  ];
}

function busLine(boxes: readonly Box[], label: string, pen: Pen): string {
  const canvas = new Canvas();
  const first = boxes[0]?.center ?? 0;
  const last = boxes.at(-1)?.center ?? 0;
  canvas.write(first, pen.line.repeat(last - first + 4));
  for (const { center } of boxes) canvas.write(center, center === first ? pen.corners[0] : pen.down);
  canvas.write(last + 5, label);
  return canvas.toString();
}

function edgeLine(
  boxes: readonly Box[],
  { pen, top, marked }: { readonly pen: Pen; readonly top: boolean; readonly marked: readonly Box[] },
): string {
  const canvas = new Canvas();
  const [from, to] = top ? pen.corners.slice(0, 2) : pen.corners.slice(2);
  for (const { left, right } of boxes) {
    canvas.write(left, `${from}${pen.line.repeat(right - left - 1)}${to}`);
  }
  for (const { center } of marked) canvas.write(center, pen.up);
  return canvas.toString();
}

interface Sheet {
  readonly topology: Topology;
  readonly boxes: readonly Box[];
  readonly pen: Pen;
}

/** The links are drawn at the height of the names. */
function bodyLine({ topology, boxes, pen }: Sheet, row: number): string {
  const canvas = new Canvas();
  for (const [index, { host, left, right, lines }] of boxes.entries()) {
    const text = lines[row] ?? '';
    canvas.write(left, pen.side);
    canvas.write(left + Math.floor((right - left + 1 - text.length) / 2), text);
    canvas.write(right, pen.side);
    const next = boxes[index + 1];
    if (row !== 0 || next === undefined || !areLinked(topology, host, next.host)) continue;
    canvas.write(right + 1, pen.line.repeat(next.left - right - 1));
  }
  return canvas.toString();
}

function areLinked({ links }: Topology, one: string, other: string): boolean {
  return links.some(({ ends }) => ends.includes(one) && ends.includes(other));
}
