import { fault, isFault, type ProtocolFault } from './fault.ts';
import type { Entry, EntryDraft } from './listing/entry.ts';
import type { Quirk } from './quirks.ts';
import type { Reply } from './reply.ts';
import { decodeTime } from './time.ts';

export interface DecodedFacts {
  readonly entry: Entry;
  readonly quirks: readonly Quirk[];
}

/** A line taken apart: its facts as they stand, names in lower case, and the name behind them. */
interface Parts {
  readonly facts: ReadonlyMap<string, string>;
  readonly name: string;
  readonly quirks: Set<Quirk>;
}

const INDENTED = /^ [^\s;=]+=[^\s;]*[;\s]/;
/** Facts whose value may hold a space although RFC 3659 §7.2 knows none: `UNIX.owner=Domain Users;`. */
const LOOSE = /^(?:unix|win32|os)\.|^(?:media-type|charset|lang)$/;

/**
 * A line of MLSD (RFC 3659 §7.2), without its end: `type=file;size=12; name`. The name is all behind the one space,
 * spaces included. A size that this program cannot hold exactly is a fault: a rounded size would be a lie.
 */
export function decodeFacts(line: string): DecodedFacts | ProtocolFault {
  // MLST puts one space in front of the facts, and some servers do in MLSD; a space without facts begins the name.
  const parts = takeApart(INDENTED.test(line) ? line.slice(1) : line);
  if (isFault(parts)) return parts;
  const { facts, name, quirks } = parts;
  const entry: EntryDraft = { name, type: 'file' };
  readType(entry, facts, quirks);
  const size = readSize(entry, facts, quirks);
  if (size !== undefined) return size;
  readTimes(entry, facts, quirks);
  readOthers(entry, facts, quirks);
  return { entry, quirks: [...quirks] };
}

/** The entry of a 250 reply to MLST: the inner line, which stands behind one space (RFC 3659 §7.2). */
export function decodeMlst(reply: Reply): DecodedFacts | ProtocolFault {
  for (const line of reply.lines.slice(1)) {
    if (/^ ?[^\s;=]+=/.test(line)) return decodeFacts(line);
  }
  return fault('a reply to MLST without a line of facts');
}

function takeApart(line: string): Parts | ProtocolFault {
  const facts = new Map<string, string>();
  const quirks = new Set<Quirk>();
  let at = 0;
  let gap = nextGap(line, 0);
  while (!isGap(line.charCodeAt(at))) {
    const equals = line.indexOf('=', at);
    const semicolon = line.indexOf(';', at);
    // Looked for anew only when it was passed: a line of many facts must not be searched once a fact.
    if (gap >= 0 && gap < at) gap = nextGap(line, at);
    if (equals < 0 || (semicolon >= 0 && semicolon < equals) || (gap >= 0 && gap < equals)) {
      return fault('not a line of facts');
    }
    const name = line.slice(at, equals).toLowerCase();
    const inside =
      semicolon >= 0 &&
      (gap < 0 || semicolon < gap || (LOOSE.test(name) && !line.slice(gap, semicolon).includes('=')));
    if (!inside) {
      if (gap < 0) return fault('a line of facts without a name');
      quirks.add('missing-semicolon');
    }
    const end = inside ? semicolon : gap;
    facts.set(name, line.slice(equals + 1, end));
    at = inside ? end + 1 : end;
    if (at >= line.length) return fault('a line of facts without a name');
  }
  if (line.charAt(at) === '\t') quirks.add('tab-after-facts');
  const name = line.slice(at + 1);
  return name === '' ? fault('a line of facts without a name') : { facts, name, quirks };
}

function readType(entry: EntryDraft, facts: Parts['facts'], quirks: Set<Quirk>): void {
  const value = facts.get('type');
  const type = value?.toLowerCase();
  if (type === 'dir' || type === 'cdir' || type === 'pdir') {
    entry.type = 'directory';
    if (type !== 'dir') entry.place = type === 'cdir' ? 'current' : 'parent';
  } else if (value === undefined || type === undefined) {
    if (facts.has('sizd')) entry.type = 'directory';
  } else if (type !== 'file') readSystemType(entry, value, quirks);
}

/** `OS.unix=slink:/target` (the target is part of the type), `OS.unix=symlink`, `OS.unix=chr-13/29`. */
function readSystemType(entry: EntryDraft, value: string, quirks: Set<Quirk>): void {
  const match = /^os\.[^=]*=(?:s?link|symlink)(?::(.*))?$/i.exec(value);
  entry.type = match === null ? 'other' : 'symlink';
  if (match?.[1]) entry.target = match[1];
  if (match === null) {
    entry.kind = value;
    if (!/^os\./i.test(value)) quirks.add('bad-fact');
  }
}

function readSize(entry: EntryDraft, facts: Parts['facts'], quirks: Set<Quirk>): ProtocolFault | undefined {
  if (facts.has('sizd')) quirks.add('misspelt-fact');
  const value = facts.get('size') ?? facts.get('sizd');
  if (value === undefined) return undefined;
  if (!/^\d+$/.test(value)) {
    quirks.add('bad-fact');
    return undefined;
  }
  const size = Number(value);
  if (!Number.isSafeInteger(size))
    return fault(`the size ${value.slice(0, 32)} is too large to be told exactly`);
  entry.size = size;
  return undefined;
}

function readTimes(entry: EntryDraft, facts: Parts['facts'], quirks: Set<Quirk>): void {
  for (const [fact, property] of [
    ['modify', 'modified'],
    ['create', 'created'],
  ] as const) {
    const value = facts.get(fact);
    if (value === undefined) continue;
    const decoded = decodeTime(value);
    if (isFault(decoded)) {
      quirks.add('bad-fact');
      continue;
    }
    entry[property] = decoded.time;
    if (property === 'modified') entry.modifiedPrecision = decoded.precision;
    for (const quirk of decoded.quirks) quirks.add(quirk);
  }
}

function readOthers(entry: EntryDraft, facts: Parts['facts'], quirks: Set<Quirk>): void {
  const mode = facts.get('unix.mode');
  if (mode !== undefined) {
    if (/^[0-7]{1,7}$/.test(mode)) entry.mode = Number.parseInt(mode, 8) & 0o7777;
    else quirks.add('bad-fact');
  }
  const perm = facts.get('perm');
  if (perm !== undefined) entry.permissions = perm.toLowerCase();
  const owner = facts.get('unix.ownername') ?? facts.get('unix.owner') ?? facts.get('unix.uid');
  if (owner) entry.owner = owner;
  const group = facts.get('unix.groupname') ?? facts.get('unix.group') ?? facts.get('unix.gid');
  if (group) entry.group = group;
  const unique = facts.get('unique');
  if (unique) entry.unique = unique;
  const language = facts.get('lang');
  if (language) entry.language = language;
  const mediaType = facts.get('media-type');
  if (mediaType) entry.mediaType = mediaType;
  const charset = facts.get('charset');
  if (charset) entry.charset = charset;
}

function isGap(unit: number): boolean {
  return unit === 0x20 || unit === 0x09;
}

function nextGap(line: string, from: number): number {
  for (let at = from; at < line.length; at++) if (isGap(line.charCodeAt(at))) return at;
  return -1;
}
