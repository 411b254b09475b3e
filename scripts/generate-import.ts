import { type ImportTable, importTables } from 'duoport';

/** docs/reference/import.md: what the options of other servers are called here. */
export async function importPage(): Promise<string> {
  return [
    '# What the options of other servers are called here',
    '',
    'Generated from `packages/cli/src/import/*-rows.ts` by `npm run generate`. `duoport config import` goes by these tables; what has no key',
    'it names with its line and the reason. The keys stand in [the reference](config.md).',
    '',
    ...(await importTables()).flatMap(section),
  ].join('\n');
}

function section({ title, rows }: ImportTable): readonly string[] {
  return [
    `## ${title}`,
    '',
    '| option | here |',
    '|---|---|',
    ...rows.map(({ option, key, text }) => `| \`${option}\` | ${here(key, text)} |`),
    '',
  ];
}

function here(key: string | undefined, text: string | undefined): string {
  const sentences = [key === undefined ? undefined : `\`${key}\`.`, text].filter((one) => one !== undefined);
  const words = sentences.join(' ');
  return text === undefined ? words.replace(/\.$/, '') : words;
}
