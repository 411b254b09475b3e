import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { printable } from '../printable.ts';
import { UsageError } from '../usage-error.ts';
import { importFilezilla } from './filezilla.ts';
import { filezillaRows } from './filezilla-rows.ts';
import type { Imported, Rows } from './options.ts';
import { importProftpd } from './proftpd.ts';
import { proftpdRows } from './proftpd-rows.ts';
import { importPureFtpd, parsePureFtpdFile, parsePureFtpdFolder, parsePureFtpdWords } from './pure-ftpd.ts';
import { pureFtpdRows } from './pure-ftpd-rows.ts';
import { importSftpgo } from './sftpgo.ts';
import { sftpgoRows } from './sftpgo-rows.ts';
import { importVsftpd } from './vsftpd.ts';
import { vsftpdRows } from './vsftpd-rows.ts';

/** One server's configuration. */
export interface Format {
  readonly title: string;
  /** What its files are usually called. */
  readonly name: RegExp;
  readonly rows: Rows;
  read(text: string, file: string): Imported;
}

export const formats = {
  vsftpd: { title: 'vsftpd', name: /^vsftpd.*\.conf/i, rows: vsftpdRows, read: importVsftpd },
  proftpd: { title: 'ProFTPD', name: /^proftpd.*\.conf/i, rows: proftpdRows, read: importProftpd },
  'pure-ftpd': {
    title: 'Pure-FTPd',
    name: /^pure-?ftpd.*\.conf/i,
    rows: pureFtpdRows,
    read: (text: string) => importPureFtpd(parsePureFtpdFile(text)),
  },
  sftpgo: { title: 'SFTPGo', name: /^sftpgo.*\.(?:json|ya?ml)$/i, rows: sftpgoRows, read: importSftpgo },
  filezilla: {
    title: 'FileZilla Server',
    name: /filezilla.*\.xml$|^settings\.xml$/i,
    rows: filezillaRows,
    read: importFilezilla,
  },
} as const satisfies Readonly<Record<string, Format>>;

export type FormatName = keyof typeof formats;

const formatNames = Object.keys(formats) as readonly FormatName[];

const largest = 4 * 1024 * 1024;

/** Reads a configuration: a file, for Pure-FTPd a folder too. The format is told by the name where it is not given. */
export async function importFile(file: string, given: FormatName | undefined): Promise<Imported> {
  const facts = await stat(file).catch((cause: NodeJS.ErrnoException) => {
    throw new UsageError(`${printable(file)}: cannot be read (${cause.code}).`, { cause });
  });
  if (facts.isDirectory()) {
    if (given !== undefined && given !== 'pure-ftpd')
      throw new UsageError(`${printable(file)} is a folder: only Pure-FTPd has its options in one.`);
    return importPureFtpd(parsePureFtpdFolder(await filesIn(file)));
  }
  const name = given ?? formatNames.find((one) => formats[one].name.test(basename(file)));
  if (name === undefined)
    throw new UsageError(`${printable(file)}: whose is it? Say it with --from: ${formatNames.join(', ')}.`);
  if (!facts.isFile() || facts.size > largest)
    throw new UsageError(`${printable(file)} is no configuration.`);
  return formats[name].read(await readFile(file, 'utf8'), file);
}

/** The words that `pure-ftpd` is started with. */
export function importCommandLine(line: string): Imported {
  const words = line.match(/"[^"]*"|'[^']*'|\S+/g) ?? [];
  return importPureFtpd(parsePureFtpdWords(words.map((word) => word.replace(/^(["'])(.*)\1$/, '$2'))));
}

async function filesIn(folder: string): Promise<Readonly<Record<string, string>>> {
  const entries = await readdir(folder, { withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile() && /^[A-Za-z]\w*$/.test(entry.name));
  const texts = files.map(async ({ name }) => [name, await readFile(join(folder, name), 'utf8')] as const);
  return Object.fromEntries((await Promise.all(texts)).sort(([one], [other]) => (one < other ? -1 : 1)));
}
