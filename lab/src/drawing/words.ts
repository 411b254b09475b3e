import { isPassive } from '../drivers/cell.ts';
import type { JourneyEnd } from '../run/journey.ts';
import type { CellRun } from '../run/run-topology.ts';

/** What became of a data connection, in a few words: told from what the hosts counted. */
export function fateOf({ cell, result, data, control }: CellRun): string {
  if (result === undefined) return 'not tried';
  if (result.outcome === 'works') return `works: ${result.moves.join(', ')}`;
  if (result.step === 'control' && control.end.kind !== 'arrived') {
    return `the control connection is ${endInWords(control.end)}`;
  }
  const dialler = isPassive(cell.verb) ? 'the client' : 'the server';
  const end = data.end;
  if (end.kind === 'not-dialled') return `${dialler} does not dial: ${result.text}`;
  if (end.kind === 'arrived') return `arrives, and then: ${result.text}`;
  return `${dialler} dials, and is ${endInWords(end)}`;
}

function endInWords(end: JourneyEnd): string {
  switch (end.kind) {
    case 'stopped':
      return end.refused
        ? `refused by ${end.host} (ICMP or a reset)`
        : `dropped by ${end.host} without a word`;
    case 'wrong-host':
      return end.refused ? `refused by ${end.host} itself: nobody listens there` : `lost at ${end.host}`;
    case 'lost':
      return `lost behind ${end.after}: nobody has the address`;
    default:
      return 'there';
  }
}

/** Where it was stopped, for a table; empty: nowhere. */
export function placeOf({ result, data, control }: CellRun): string {
  if (result === undefined || result.outcome === 'works') return '';
  const end = result.step === 'control' ? control.end : data.end;
  if (end.kind === 'stopped' || end.kind === 'wrong-host') return end.host;
  if (end.kind === 'lost') return `after ${end.after}`;
  return result.how === 'reply' ? 'the server says no' : '';
}
