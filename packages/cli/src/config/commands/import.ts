import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { type FormatName, importCommandLine, importFile } from '../../import/formats.ts';
import type { Imported, Note } from '../../import/options.ts';
import { printable } from '../../printable.ts';
import type { Terminal } from '../../terminal.ts';
import { UsageError } from '../../usage-error.ts';
import { settle } from '../load-settings.ts';
import { settingsText } from '../write-settings.ts';

export interface ImportFlags {
  readonly from?: FormatName;
  readonly commandLine?: string;
  readonly output?: string;
  readonly force?: boolean;
}

/** `duoport config import`: another server's configuration as a settings file, and what of it could not be translated. */
export async function importSettings(
  terminal: Terminal,
  file: string | undefined,
  flags: ImportFlags,
): Promise<void> {
  const { output, force } = flags;
  if (output !== undefined && force !== true && existsSync(output))
    throw new UsageError(`${printable(output)} is there already: name another file, or add --force.`);
  const { imported, source } = await read(file, flags);
  const text = settingsText(imported.tree, remarks(source, imported));
  if (output !== undefined) await writeFile(output, text, { mode: 0o600, flag: force === true ? 'w' : 'wx' });
  if (terminal.json) terminal.object({ settings: imported.tree, notes: imported.notes });
  else if (output === undefined) for (const line of text.trimEnd().split('\n')) terminal.result(line);
  for (const line of report(imported.notes)) terminal.talk(line);
  const wrong = faultsOf(text, output ?? 'the settings');
  if (wrong !== undefined) terminal.warn(`To mend before a server runs by it:\n${wrong}`);
}

async function read(
  file: string | undefined,
  { from, commandLine }: ImportFlags,
): Promise<{ readonly imported: Imported; readonly source: string }> {
  if ((file === undefined) === (commandLine === undefined))
    throw new UsageError(
      'What is to be imported? A file, a folder, or --command-line with the words of pure-ftpd.',
    );
  if (commandLine !== undefined)
    return { imported: importCommandLine(commandLine), source: 'a command line' };
  return { imported: await importFile(file ?? '', from), source: file ?? '' };
}

function remarks(source: string, { notes }: Imported): readonly string[] {
  const left = notes.filter(({ outcome }) => outcome === 'left');
  return [
    `Made of ${printable(source)} by duoport config import.`,
    ...(left.length === 0 ? [] : ['What could not be translated:']),
    ...left.map(
      ({ line, option, text }) => `${line === 0 ? '' : `line ${line}, `}${printable(option)}: ${text}`,
    ),
  ];
}

const titles: Readonly<Record<Note['outcome'], string>> = {
  translated: 'Translated:',
  same: 'Nothing to do:',
  left: 'Not translated:',
};

function report(notes: readonly Note[]): readonly string[] {
  const width = Math.max(0, ...notes.map(({ option }) => option.length));
  return (['translated', 'same', 'left'] as const).flatMap((outcome) => {
    const some = notes.filter((note) => note.outcome === outcome);
    const lines = some.map(({ line, option, text }) => {
      const place = line === 0 ? '' : String(line);
      return `${place.padStart(5)}  ${printable(option).padEnd(width)}  ${text.replaceAll('`', '')}`;
    });
    return some.length === 0 ? [] : [titles[outcome], ...lines];
  });
}

/** What our own checks say about the outcome. */
function faultsOf(text: string, file: string): string | undefined {
  try {
    settle(text, { file });
    return undefined;
  } catch (error) {
    if (error instanceof UsageError) return error.message;
    throw error;
  }
}
