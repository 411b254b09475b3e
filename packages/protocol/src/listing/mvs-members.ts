import { momentOf, toldTime } from './clock.ts';
import type { EntryDraft } from './entry.ts';
import { Fields, isDigits } from './fields.ts';
import {
  type FormatContext,
  type FormatRow,
  type LineReaderOfFormat,
  type LineResult,
  setModified,
  skip,
  told,
} from './reader.ts';

/**
 * Members of a z/OS partitioned data set. With statistics: `NAME VV.MM Created Changed Size Init Mod Id`; load
 * modules: `NAME Size TTR …`; without statistics the bare name, which is believed only below a heading.
 */
export const mvsMembers: FormatRow = { format: 'mvs-members', open: (context) => new MemberReader(context) };

const memberName = /^[^\s\d.;:/\\][^\s.;:/\\]{0,7}$/;
const heading = /^\s*Name\s+(?:VV\.MM|Size\s+TTR)\b/i;

class MemberReader implements LineReaderOfFormat {
  readonly #context: FormatContext;
  #headed = false;

  constructor(context: FormatContext) {
    this.#context = context;
  }

  line(text: string): LineResult {
    if (text.trim() === '') return skip;
    if (heading.test(text)) {
      this.#headed = true;
      return skip;
    }
    const fields = new Fields(text);
    if (!memberName.test(fields.at(0))) return undefined;
    const result = this.#statistics(fields) ?? loadModule(fields);
    if (result !== undefined) this.#headed = true;
    return (
      result ?? (this.#headed && fields.count === 1 ? told({ name: fields.at(0), type: 'file' }) : undefined)
    );
  }

  restart(): void {
    this.#headed = false;
  }

  #statistics(fields: Fields): LineResult {
    if (fields.count < 8 || !/^\d{2}\.\d{2}$/.test(fields.at(1))) return undefined;
    const time = toldTime(fields.at(4));
    const changed = slashed(fields.at(3));
    const created = slashed(fields.at(2));
    if (time === undefined || changed === undefined || created === undefined) return undefined;
    const { clock } = this.#context;
    const draft: EntryDraft = { name: fields.at(0), type: 'file' };
    setModified(draft, momentOf({ ...changed, time }, clock));
    const creation = momentOf(created, clock);
    if (creation !== undefined) draft.created = creation.at;
    // The Size column counts records, whose lengths are not told.
    if (isDigits(fields.at(5)) && fields.at(5).length < 16) draft.records = Number(fields.at(5));
    if (fields.count > 8) draft.owner = fields.at(8);
    return told(draft);
  }
}

function slashed(text: string): { year: number; month: number; day: number } | undefined {
  const match = /^(\d{4})\/(\d{2})\/(\d{2})$/.exec(text);
  return match === null
    ? undefined
    : { year: Number(match[1]), month: Number(match[2]), day: Number(match[3]) };
}

/** `PROGRAM 00B308 000411 00 FO RU ANY 24`: the size in memory, hexadecimal. */
function loadModule(fields: Fields): LineResult {
  const hex = fields.at(1);
  if (fields.count < 4 || !/^[\dA-F]{6,8}$/i.test(hex) || !/^[\dA-F]{6}$/i.test(fields.at(2)))
    return undefined;
  return told({ name: fields.at(0), type: 'file', roughSize: Number.parseInt(hex, 16), kind: 'load module' });
}
