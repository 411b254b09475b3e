/** Shared by the tests beside it; its name keeps it out of the build. It holds no test of its own. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bytesOf, everyCut } from '@duoport/testkit';
import { encodeText } from '../text.ts';
import type { Entry } from './entry.ts';
import { type ListingFault, type ListingOptions, ListingParser } from './parser.ts';
import type { ListingFormat } from './reader.ts';

/** 20 November 2026, 07:00 UTC. */
export const now = Date.UTC(2026, 10, 20, 7);

export interface Reading {
  readonly format: ListingFormat | undefined;
  readonly entries: readonly Entry[];
  readonly faults: readonly ListingFault[];
  readonly truncated: boolean;
}

/** Reads a listing whole, byte by byte, and cut in two at every byte; all must tell the same. */
export function readEveryCut(listing: string | Uint8Array, options: Partial<ListingOptions> = {}): Reading {
  const bytes = typeof listing === 'string' ? encodeText(listing) : listing;
  const [reading] = everyCut<Reading>(bytes, () => decoderOf(bytes.length, options));
  if (reading === undefined) throw new Error('an empty listing');
  return reading;
}

/** The listing ends with its last byte: only then is there something to tell. */
function decoderOf(length: number, options: Partial<ListingOptions>) {
  const parser = new ListingParser({ now, ...options });
  const entries: Entry[] = [];
  let seen = 0;
  let told = false;
  return {
    push(chunk: Uint8Array): void {
      parser.push(chunk);
      seen += chunk.length;
      entries.push(...parser.entries());
    },
    next(): Reading | undefined {
      if (seen < length || told) return undefined;
      told = true;
      parser.end();
      entries.push(...parser.entries());
      return { format: parser.format, entries, faults: parser.faults, truncated: parser.truncated };
    },
  };
}

/** A listing of one line, which must give one entry and no fault. */
export function readLine(
  line: string,
  options: Partial<ListingOptions> = {},
): Entry & { readonly format: string } {
  const { entries, faults, format } = readEveryCut(`${line}\r\n`, options);
  const [entry] = entries;
  if (entry === undefined || entries.length !== 1 || faults.length > 0 || format === undefined) {
    throw new Error(
      `${JSON.stringify(line)}: ${format}, ${JSON.stringify(entries)} ${JSON.stringify(faults)}`,
    );
  }
  return { format, ...entry };
}

/** Bytes of a line in no particular encoding, one character up to U+00FF a byte. */
export function readBytes(line: string, options: Partial<ListingOptions> = {}): Reading {
  return readEveryCut(bytesOf(`${line}\r\n`), options);
}

/** `2026-11-20`, `2026-11-20 07:00` or `2026-11-20 07:00:30`, UTC. */
export function at(text: string): number {
  const time = Date.parse(`${text.replace(' ', 'T')}${text.length > 10 ? 'Z' : 'T00:00Z'}`);
  if (Number.isNaN(time)) throw new Error(`not a time: ${text}`);
  return time;
}

/**
 * A table of lines, each with what it tells on the indented line below:
 * `=> file (kind) 0644 x1 ann:staff 12 B, ~12 B, 2 blocks, 3 records; 2026-11-20 07:00, created …; "name";1 -> "target"`.
 */
export function checkTable(
  format: ListingFormat,
  table: string,
  options: Partial<ListingOptions> = {},
): void {
  const lines = table.split('\n').filter((line) => line !== '');
  for (let index = 0; index < lines.length; index += 2) {
    const [line = '', told = ''] = lines.slice(index, index + 2);
    test(line, () => {
      const entry = readLine(line, options);
      assert.deepEqual([entry.format, `  => ${tell(entry)}`], [format, told]);
    });
  }
}

export function tell(entry: Entry): string {
  const mode = entry.mode === undefined ? undefined : entry.mode.toString(8).padStart(4, '0');
  const parts = [
    entry.type,
    entry.kind === undefined ? undefined : `(${entry.kind})`,
    mode,
    entry.links === undefined ? undefined : `x${entry.links}`,
    entry.owner === undefined
      ? undefined
      : entry.owner + (entry.group === undefined ? '' : `:${entry.group}`),
    entry.size === undefined ? undefined : `${entry.size} B`,
    entry.roughSize === undefined ? undefined : `~${entry.roughSize} B`,
    entry.blocks === undefined ? undefined : `${entry.blocks} blocks`,
    entry.records === undefined ? undefined : `${entry.records} records`,
    entry.unique === undefined ? undefined : `<${entry.unique}>`,
    entry.modified === undefined ? undefined : tellTime(entry.modified, entry.modifiedPrecision),
    entry.created === undefined ? undefined : `created ${tellTime(entry.created, 'day')}`,
    JSON.stringify(entry.name) + (entry.version === undefined ? '' : `;${entry.version}`),
    entry.target === undefined ? undefined : `-> ${JSON.stringify(entry.target)}`,
  ];
  return parts.filter((part) => part !== undefined).join(' ');
}

function tellTime(time: number, precision: Entry['modifiedPrecision']): string {
  const text = new Date(time).toISOString().replace('T', ' ').replace('.000Z', '').replace('Z', '');
  return precision === 'day' ? text.slice(0, 10) : precision === 'minute' ? text.slice(0, 16) : text;
}
