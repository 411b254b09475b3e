import { causesOf, explain, rankOf } from './explain.ts';
import { type Facts, factsOf, isPassive } from './facts.ts';
import type { FindingCode } from './finding-codes.ts';
import { harmless, replyText } from './harmless.ts';
import { type Cell, cellsOf, modeResult } from './modes.ts';
import type { Attempt, Observations } from './observations.ts';
import type { DataVerb, Finding, HopSide, ModeResult, Report } from './report.ts';
import { remarks } from './rules/beside.ts';
import { controlVerdicts } from './rules/control.ts';
import { rulesFor } from './rules/lists.ts';
import { seenRange } from './rules/range.ts';
import type { Verdict } from './verdict.ts';

/** Draws the conclusions from what was seen. Pure: the same observations give the same report. */
export function diagnose(seen: Observations): Report {
  const facts = factsOf(seen);
  const cells = cellsOf(facts.attempts);
  const drafts = collect(facts, cells);
  const findings = order(
    drafts.map((draft) => findingOf(draft, facts, cells)),
    cells.length === 0,
  );
  const modes = modesOf(cells, drafts);
  const works = (passive: boolean): boolean =>
    modes.some((mode) => mode.outcome === 'works' && isPassive(mode.verb) === passive);
  return {
    url: harmless(seen.url, 200),
    started: seen.started,
    took: Math.round(seen.took),
    client: { address: facts.local },
    server: serverOf(facts),
    routers: facts.path.routers,
    hops: facts.path.hops,
    modes,
    passivePorts: portsOf(facts),
    findings,
    works: { passive: works(true), active: works(false) },
  };
}

function portsOf(facts: Facts): Report['passivePorts'] {
  const range = seenRange(facts);
  return range && { low: range.low, high: range.high, samples: range.samples };
}

/** A finding before it is put into words: one code on one side, and all that led to it. */
interface Draft {
  readonly code: FindingCode;
  readonly side: HopSide;
  readonly evidence: Set<string>;
  readonly attempts: Set<Attempt>;
  /** With the place where each stops. */
  readonly cells: Map<Cell, number | undefined>;
}

function emptyDraft(code: FindingCode, side: HopSide): Draft {
  return { code, side, evidence: new Set(), attempts: new Set(), cells: new Map() };
}

function collect(facts: Facts, cells: readonly Cell[]): readonly Draft[] {
  const drafts = new Map<string, Draft>();
  const add = ({ code, side, at, evidence }: Verdict, attempts: readonly Attempt[], cell?: Cell): void => {
    const key = `${code} ${side}`;
    const draft: Draft = drafts.get(key) ?? emptyDraft(code, side);
    drafts.set(key, draft);
    for (const line of evidence) draft.evidence.add(line);
    for (const attempt of attempts) draft.attempts.add(attempt);
    if (cell !== undefined) draft.cells.set(cell, at);
  };
  for (const verdict of controlVerdicts(facts)) add(verdict, []);
  for (const cell of cells) {
    const verdict = cell.outcome === 'fails' ? causeOf(cell.decisive, facts) : undefined;
    if (verdict !== undefined) add(verdict, [cell.decisive], cell);
  }
  // A listing went through and a file did not, or the other way round: a balancer, or rights.
  for (const { outcome, attempts } of cells) {
    const stray = outcome === 'works' ? attempts.find((one) => one.outcome === 'fails') : undefined;
    const verdict = stray === undefined ? undefined : causeOf(stray, facts);
    if (stray !== undefined && verdict !== undefined) add(verdict, [stray]);
  }
  for (const remark of remarks(facts)) add(remark, remark.attempts);
  return [...drafts.values()];
}

function causeOf(attempt: Attempt, facts: Facts): Verdict | undefined {
  for (const rule of rulesFor(attempt)) {
    const verdict = rule(attempt, facts);
    if (verdict !== undefined) return verdict;
  }
  return undefined;
}

type Draftless = Omit<Finding, 'dependsOn'>;

function findingOf(draft: Draft, facts: Facts, cells: readonly Cell[]): Draftless {
  const { code, side } = draft;
  const broken = [...draft.cells.keys()];
  const attempts = [...draft.attempts];
  return {
    code,
    severity: severityOf(draft, facts, cells),
    side,
    breaks: broken.map(({ verb, secure }) => ({ verb, secure })),
    ...explain({ code, side, attempts, facts }),
    evidence: [...draft.evidence],
  };
}

const rootCodes: ReadonlySet<FindingCode> = new Set([
  'name-not-found',
  'control-refused',
  'control-silent',
  'not-ftp',
  'login-refused',
  'tls-failed',
]);

/** A fault breaks a mode; a warning breaks what has a working twin, or will break; a note breaks nothing. */
function severityOf({ code, cells: broken }: Draft, facts: Facts, all: readonly Cell[]): Finding['severity'] {
  const nothingTried = all.every((cell) => cell.outcome !== 'works');
  if (broken.size === 0) {
    if (code === 'tls-resumption-wanted') return 'note';
    if (code === 'address-rewritten' || (code === 'tls-required' && !nothingTried)) return 'note';
    if (nothingTried || rootCodes.has(code) || code === 'idle-cut') return 'fault';
    return 'warning';
  }
  const spared = [...broken.keys()].every(({ verb, secure }) =>
    facts.works(isPassive(verb) ? 'passive' : 'active', secure),
  );
  if (!spared) return 'fault';
  // An old server that knows PASV and not EPSV: nobody misses it.
  return code === 'passive-off' || code === 'active-off' ? 'note' : 'warning';
}

const severities: readonly Finding['severity'][] = ['fault', 'warning', 'note'];

function order(drafts: readonly Draftless[], nothingTried: boolean): readonly Finding[] {
  const covers = (cause: Draftless, one: Draftless): boolean =>
    cause.breaks.length >= one.breaks.length &&
    one.breaks.every((cell) =>
      cause.breaks.some((other) => other.verb === cell.verb && other.secure === cell.secure),
    );
  return drafts
    .map((one) => {
      const above = causesOf(one.code);
      const causes = drafts.filter(
        (other) =>
          above.includes(other.code) && (nothingTried || (one.breaks.length > 0 && covers(other, one))),
      );
      return { ...one, dependsOn: [...new Set(causes.map((cause) => cause.code))] };
    })
    .sort(
      (a, b) =>
        severities.indexOf(a.severity) - severities.indexOf(b.severity) || rankOf(a.code) - rankOf(b.code),
    );
}

/** Without TLS first, and in the order of the verbs. */
function byPlace(a: Cell, b: Cell): number {
  return Number(a.secure) - Number(b.secure) || verbs.indexOf(a.verb) - verbs.indexOf(b.verb);
}

const verbs: readonly DataVerb[] = ['PASV', 'EPSV', 'PORT', 'EPRT'];

function modesOf(cells: readonly Cell[], drafts: readonly Draft[]): readonly ModeResult[] {
  if (cells.length > 0) {
    return [...cells].sort(byPlace).map((cell) => {
      const draft = drafts.find(({ cells }) => cells.has(cell));
      return modeResult(cell, draft && { code: draft.code, at: draft.cells.get(cell) });
    });
  }
  return verbs.map((verb) => ({
    verb,
    secure: false,
    outcome: 'not-tried',
    step: 'command',
    how: 'skipped',
    text: 'was not tried',
    took: 0,
  }));
}

function serverOf({ seen, peer, product }: Facts): Report['server'] {
  const { greeting, tls, tlsOffered } = seen.control;
  return {
    address: peer,
    port: seen.port,
    greeting: greeting === undefined ? undefined : replyText(greeting),
    product,
    tls: tls?.how === 'done' ? true : greeting === undefined ? undefined : tlsOffered,
  };
}
