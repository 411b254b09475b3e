import type { Side } from '@duoport/net';

/** How an arrow is drawn: a line of text, a step of a data connection, or an attempt that nobody answered yet. */
export type Stroke = 'control' | 'data' | 'attempt' | 'none';

export interface Arrow {
  readonly stroke: Stroke;
  /** Which end it comes from; undefined: it points nowhere. */
  readonly from: Side | undefined;
  /** Written into the arrow: the name of the connection. */
  readonly label: string;
}

/** Columns that every arrow takes. */
export const arrowWidth = 16;

/** `═══ data-1 ════▶`, `◀──────────────`, or in ASCII `=== data-1 ====>`. */
export function drawArrow(arrow: Arrow, unicode: boolean): string {
  const stroke = strokes[arrow.stroke][unicode ? 'unicode' : 'ascii'];
  const label = arrow.label === '' ? '' : ` ${arrow.label} `;
  const shaft = arrow.from === undefined ? arrowWidth : arrowWidth - 1;
  const before = stroke.repeat(Math.max(0, Math.floor((shaft - label.length) / 2)));
  const line = `${before}${label}${stroke.repeat(Math.max(0, shaft - label.length - before.length))}`;
  if (arrow.from === undefined) return line;
  if (arrow.from === 'client') return `${line}${unicode ? '▶' : '>'}`;
  return `${unicode ? '◀' : '<'}${line}`;
}

const strokes: Readonly<Record<Stroke, { readonly unicode: string; readonly ascii: string }>> = {
  control: { unicode: '─', ascii: '-' },
  data: { unicode: '═', ascii: '=' },
  attempt: { unicode: '┄', ascii: '.' },
  none: { unicode: ' ', ascii: ' ' },
};
