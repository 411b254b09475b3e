import { fullYear, momentOf, type ToldDate, toldTime } from './clock.ts';
import type { EntryDraft, EntryType } from './entry.ts';
import { Fields, isDigits } from './fields.ts';
import {
  type FormatContext,
  type FormatRow,
  type LineReaderOfFormat,
  type LineResult,
  setModified,
  setSize,
  skip,
  told,
} from './reader.ts';
import { toldSize } from './size.ts';

/**
 * OS/400 (IBM i): `owner size date time *TYPE name`; a member (`*MEM`) leaves size and date out, an anonymous
 * session the owner. The order of day, month and year is a setting of the job and is worked out over the listing.
 */
export const os400: FormatRow = { format: 'os400', open: (context) => new Os400Reader(context) };

const types: Readonly<Record<string, EntryType>> = {
  '*DIR': 'directory',
  '*DDIR': 'directory',
  '*LIB': 'directory',
  '*FLR': 'directory',
  '*STMF': 'file',
  '*DSTMF': 'file',
  '*MEM': 'file',
  '*DOC': 'file',
  '*FILE': 'file', // RETR of a *FILE fetches its first member or the save file.
  '*SYMLNK': 'symlink',
};

type Order = 'month-day-year' | 'day-month-year' | 'year-month-day';

class Os400Reader implements LineReaderOfFormat {
  readonly #context: FormatContext;
  /** What no line of this listing has ruled out, likeliest first. */
  #orders: readonly Order[] = ['month-day-year', 'day-month-year', 'year-month-day'];

  constructor(context: FormatContext) {
    this.#context = context;
  }

  line(text: string): LineResult {
    if (text.trim() === '') return skip;
    const fields = new Fields(text, 0, 7);
    const typeAt = [0, 1, 2, 3, 4].find((at) => /^\*[A-Z]{2,9}$/.test(fields.at(at)));
    if (typeAt === undefined || typeAt + 1 >= fields.count) return undefined;
    const kind = fields.at(typeAt);
    const draft: EntryDraft = {
      name: lastComponent(fields.from(typeAt + 1)),
      type: types[kind] ?? 'other',
      kind,
    };
    if (draft.type === 'directory' && draft.name.endsWith('/')) draft.name = draft.name.slice(0, -1);
    return this.#before(draft, fields, typeAt);
  }

  /** What stands before the type: `[owner] [size] [date time]`. */
  #before(draft: EntryDraft, fields: Fields, typeAt: number): LineResult {
    const time = toldTime(fields.at(typeAt - 1));
    const date = time === undefined ? undefined : this.#date(fields.at(typeAt - 2), fields.at(typeAt - 1));
    if ((time !== undefined || typeAt > 2) && date === undefined) return undefined;
    if (date !== undefined) setModified(draft, momentOf(date, this.#context.clock));
    const rest = date === undefined ? typeAt : typeAt - 2;
    const sized = rest > 0 && isDigits(fields.at(rest - 1)) && (rest > 1 || fields.start(0) > 0);
    if (rest - (sized ? 1 : 0) > 0) draft.owner = fields.at(0);
    return (sized ? setSize(draft, toldSize(fields.at(rest - 1))) : undefined) ?? told(draft);
  }

  #date(text: string, clockText: string): ToldDate | undefined {
    const match = /^(\d{1,4})([-/.,&])(\d{1,2})\2(\d{1,4})$/.exec(text);
    const time = toldTime(clockText);
    if (match === null || time === undefined) return undefined;
    const parts: Parts = [match[1] ?? '', match[3] ?? '', match[4] ?? ''];
    const dates = this.#orders.flatMap((order) => {
      const date = arrange(parts, order);
      const moment = date && momentOf({ ...date, time }, this.#context.clock);
      return date === undefined || moment === undefined
        ? []
        : [{ order, date: { ...date, time }, at: moment.at }];
    });
    const past = dates.filter(({ at }) => at <= this.#context.clock.now + 86_400_000);
    const plausible = past.length > 0 ? past : dates;
    if (plausible.length > 0) this.#orders = plausible.map(({ order }) => order);
    const dotted = match[2] === '.' ? plausible.find(({ order }) => order === 'day-month-year') : undefined;
    return (dotted ?? plausible[0])?.date;
  }
}

type Parts = readonly [string, string, string];

function arrange([first, second, third]: Parts, order: Order): ToldDate | undefined {
  const [year, month, day] =
    order === 'year-month-day'
      ? [first, second, third]
      : order === 'month-day-year'
        ? [third, first, second]
        : [third, second, first];
  const full = year.length === 1 ? undefined : fullYear(year);
  return full === undefined || month.length > 2 || day.length > 2
    ? undefined
    : { year: full, month: Number(month), day: Number(day) };
}

/** `LIST /DRV/AUDIT` names its objects by full path. */
function lastComponent(name: string): string {
  return name.startsWith('/') && !name.endsWith('/') ? name.slice(name.lastIndexOf('/') + 1) : name;
}
