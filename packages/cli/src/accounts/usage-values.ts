import { AllowedTimes, rulesFault } from '@duoport/server';
import { InvalidArgumentError } from 'commander';

/** `10G` (thousands), `10GiB` (1024s), or bytes. */
export function parseSize(text: string): number {
  const match = /^(\d+(?:\.\d+)?) ?(?:([kMGT])(i)?)?B?$/i.exec(text.trim());
  const power = ['', 'k', 'm', 'g', 't'].indexOf((match?.[2] ?? '').toLowerCase());
  const size = Math.round(Number(match?.[1]) * (match?.[3] === undefined ? 1000 : 1024) ** power);
  if (match !== null && Number.isSafeInteger(size)) return size;
  throw new InvalidArgumentError('A size is written 500M, 10G or 10GiB, or in bytes.');
}

/** `1,000` */
export function shownCount(count: number): string {
  return count.toLocaleString('en-US');
}

/** How many files. */
export function parseFileCount(text: string): number {
  if (/^\d{1,12}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('A whole number is needed.');
}

/** `mon-fri 08:00-18:00`, for a flag that may be repeated. */
export function parseTimes(text: string, earlier: readonly string[] = []): readonly string[] {
  return [...earlier, parseTime(text)];
}

export function parseTime(text: string): string {
  try {
    new AllowedTimes([text]);
    return text;
  } catch (error) {
    throw new InvalidArgumentError(error instanceof Error ? error.message : String(error));
  }
}

/** `Europe/Berlin` */
export function parseTimeZone(text: string): string {
  return checked('timeZone', text);
}

export function parsePool(text: string): string {
  return checked('quotaPool', text);
}

/** `/shared`, for a flag that may be repeated. */
export function parseFolderPath(text: string, earlier: readonly string[] = []): readonly string[] {
  return checked('quotaFolders', [...earlier, text.replace(/(?<=.)\/$/, '')]);
}

function checked<T>(rule: string, value: T): T {
  const fault = rulesFault({ [rule]: value });
  if (fault === undefined) return value;
  throw new InvalidArgumentError(
    `${fault.replace(/^\w+: /, '').replace(/^./, (first) => first.toUpperCase())}.`,
  );
}
