import type { EntryDraft } from './entry.ts';
import { isDigits } from './fields.ts';
import { type FormatRow, fault, type LineResult, setSize, skip, told } from './reader.ts';
import { toldSize } from './size.ts';

/** Easily Parsed LIST Format (D. J. Bernstein): `+i8388621.48594,m825718503,r,s280,up755<TAB>name`. Times are UTC. */
export const eplf: FormatRow = { format: 'eplf', open: () => ({ line }) };

function line(text: string): LineResult {
  if (text === '') return skip;
  const tab = text.indexOf('\t');
  if (!text.startsWith('+') || tab < 0) return undefined;
  const draft: EntryDraft = { name: text.slice(tab + 1), type: 'other' };
  let problem: LineResult;
  for (const fact of text.slice(1, tab).split(',')) problem ??= setFact(draft, fact);
  return problem ?? told(draft);
}

function setFact(draft: EntryDraft, fact: string): LineResult {
  const value = fact.slice(1);
  switch (fact.charAt(0)) {
    case '/':
      draft.type = 'directory';
      break;
    case 'r':
      if (draft.type !== 'directory') draft.type = 'file';
      break;
    case 's':
      return isDigits(value) ? setSize(draft, toldSize(value)) : fault('a size that is no number');
    case 'm':
      return setSeconds(draft, value);
    case 'i':
      draft.unique = value;
      break;
    case 'u':
      if (/^p[0-7]{1,4}$/.test(value)) draft.mode = Number.parseInt(value.slice(1), 8);
      break;
    default: // Facts may be added to the format; unknown ones are to be ignored.
  }
  return undefined;
}

function setSeconds(draft: EntryDraft, value: string): LineResult {
  if (!/^-?\d{1,12}$/.test(value)) return fault('a time that is no number of seconds');
  draft.modified = Number(value) * 1000;
  draft.modifiedPrecision = 'second';
  return undefined;
}
