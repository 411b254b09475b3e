import { type FindingCode, findingCodes } from './finding-codes.ts';
import { explainActive } from './remedies/explain-active.ts';
import { explainControl } from './remedies/explain-control.ts';
import { explainPassive } from './remedies/explain-passive.ts';
import { explainTransfer } from './remedies/explain-transfer.ts';
import type { Case, Explain, Explanation } from './verdict.ts';

const all: Readonly<Record<FindingCode, Explain>> = {
  ...explainControl,
  ...explainPassive,
  ...explainActive,
  ...explainTransfer,
};

export function explain(found: Case): Explanation {
  return all[found.code](found);
}

/** Codes that keep every other from being found out: what they are found with is hidden under them. */
const roots: readonly FindingCode[] = [
  'name-not-found',
  'control-refused',
  'control-silent',
  'not-ftp',
  'tls-required',
  'tls-failed',
  'login-refused',
  'control-cut',
  'server-garbage',
  'server-hangs',
];

const under: Readonly<Partial<Record<FindingCode, readonly FindingCode[]>>> = {
  'helper-wrong-port': ['active-behind-nat'],
  'range-unstable': ['passive-off'],
  'server-hangs': ['control-cut'],
};

/** The codes under which this one is hidden when they were found too. */
export function causesOf(code: FindingCode): readonly FindingCode[] {
  const at = roots.indexOf(code);
  const above = at < 0 ? roots : roots.slice(0, at);
  return [...new Set([...above, ...(under[code] ?? [])])].filter((other) => other !== code);
}

/** Most important first: what breaks everything, then what breaks modes in the order of the list of codes. */
export function rankOf(code: FindingCode): number {
  return Object.keys(findingCodes).indexOf(code);
}
