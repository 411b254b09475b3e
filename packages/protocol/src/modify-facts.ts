import { FtpLocalError } from './errors.ts';
import { fault, isFault, type ProtocolFault, refuseLineBreaks } from './fault.ts';
import { decodeTime, encodeTime } from './time.ts';

/** The argument of MFMT and MFCT, and of MDTM where it sets (draft-somers-ftp-mfxx). */
export interface TimedPath {
  /** Milliseconds since the epoch, UTC. */
  readonly time: number;
  readonly path: string;
}

/** The argument of MFF: the facts to set, and those that this program has no way to set. */
export interface FactChanges {
  readonly modified?: number;
  readonly created?: number;
  readonly mode?: number;
  readonly unknown: readonly string[];
  readonly path: string;
}

/** `20260102030405 name`. The name is all behind the one space. */
export function decodeTimedPath(argument: string): TimedPath | ProtocolFault {
  const space = argument.indexOf(' ');
  const time = decodeTime(space < 0 ? argument : argument.slice(0, space));
  if (isFault(time)) return time;
  const path = argument.slice(space + 1);
  return space < 0 || path === ''
    ? fault('a time, a space and a path are expected')
    : { time: time.time, path };
}

/** The counterpart. Throws FtpLocalError on a time that does not fit, or on CR, LF or NUL in the path. */
export function encodeTimedPath(of: TimedPath): string {
  return `${encodeTime(of.time)} ${checkPath(of.path)}`;
}

/** `Modify=20260102030405;UNIX.mode=0644; name`: facts, a space and a path (draft-somers-ftp-mfxx). */
export function decodeFactChanges(argument: string): FactChanges | ProtocolFault {
  const space = argument.indexOf(' ');
  const path = argument.slice(space + 1);
  if (space <= 0 || path === '') return fault('facts, a space and a path are expected');
  const changes: { modified?: number; created?: number; mode?: number } = {};
  const unknown: string[] = [];
  for (const fact of argument.slice(0, space).split(';')) {
    if (fact === '') continue;
    const equals = fact.indexOf('=');
    if (equals <= 0) return fault('a fact without a value');
    const wrong = setFact(changes, fact.slice(0, equals), fact.slice(equals + 1));
    if (wrong === 'unknown') unknown.push(fact.slice(0, equals));
    else if (wrong !== undefined) return wrong;
  }
  return { ...changes, unknown, path };
}

/** The counterpart. Throws FtpLocalError when there is nothing to set, or on CR, LF or NUL in the path. */
export function encodeFactChanges(of: Omit<FactChanges, 'unknown'>): string {
  const facts = [
    of.modified === undefined ? '' : `Modify=${encodeTime(of.modified)};`,
    of.created === undefined ? '' : `Create=${encodeTime(of.created)};`,
    of.mode === undefined ? '' : `UNIX.mode=0${of.mode.toString(8).padStart(3, '0')};`,
  ].join('');
  if (facts === '') throw new FtpLocalError('MFF needs a fact to set');
  return `${facts} ${checkPath(of.path)}`;
}

function setFact(
  changes: { modified?: number; created?: number; mode?: number },
  name: string,
  value: string,
): 'unknown' | ProtocolFault | undefined {
  const fact = name.toLowerCase();
  if (fact === 'unix.mode') {
    if (!/^[0-7]{1,5}$/.test(value) || Number.parseInt(value, 8) > 0o7777)
      return fault(`not a mode: ${value.slice(0, 32)}`);
    changes.mode = Number.parseInt(value, 8);
    return undefined;
  }
  if (fact !== 'modify' && fact !== 'create') return 'unknown';
  const time = decodeTime(value);
  if (isFault(time)) return time;
  changes[fact === 'modify' ? 'modified' : 'created'] = time.time;
  return undefined;
}

function checkPath(path: string): string {
  if (path === '') throw new FtpLocalError('A path is expected');
  refuseLineBreaks(path, 'A path');
  return path;
}
