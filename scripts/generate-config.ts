import { type KeySchema, type SettingsReference, settingsReference } from 'duoport';

/** docs/reference/duoport.schema.json: for editors, which then complete keys and mark mistakes. */
export async function settingsSchemaFile(): Promise<string> {
  const { schema } = await settingsReference();
  return `${JSON.stringify(schema, undefined, 2)}\n`;
}

/** docs/reference/config.md: every key of the settings file. */
export async function configPage(): Promise<string> {
  const reference = await settingsReference();
  const sections = Object.entries(reference.schema.properties ?? {});
  const single = sections.filter(([, schema]) => schema.properties === undefined);
  return [
    '# Keys of the settings file',
    '',
    'Generated from `packages/cli/src/config/schema.ts` by `npm run generate`. What the file is for and how it is made stands in',
    '[the guide](../guide/configuration.md). A variable of the environment goes before the file, a flag before both.',
    '',
    'For editors there is [duoport.schema.json](duoport.schema.json); `# yaml-language-server: $schema=…` at the top of a file names it.',
    '',
    '## At the top',
    '',
    ...table(single, '', reference),
    ...sections.flatMap(([key, schema]) => sectionOf(key, schema, reference)),
  ].join('\n');
}

function sectionOf(key: string, schema: KeySchema, reference: SettingsReference): readonly string[] {
  const own =
    schema.properties === undefined
      ? []
      : [
          `## ${key}`,
          '',
          schema.description ?? '',
          '',
          ...table(Object.entries(schema.properties), `${key}.`, reference),
        ];
  const lists =
    schema.properties === undefined ? [[key, schema] as const] : Object.entries(schema.properties);
  const items = lists.flatMap(([name, list]) => {
    const path = name === key ? key : `${key}.${name}`;
    const maps = reference.itemMaps(list);
    const forms = (list.items ?? list.anyOf?.find(({ items: inner }) => inner !== undefined)?.items)?.anyOf;
    const short = forms?.find(({ properties, oneOf }) => properties === undefined && oneOf === undefined);
    return maps.flatMap((map) =>
      itemTable(path, { map, short: short?.description, several: maps.length > 1 }),
    );
  });
  return [...own, ...items];
}

function itemTable(
  path: string,
  {
    map,
    short,
    several,
  }: { readonly map: KeySchema; readonly short: string | undefined; readonly several: boolean },
): readonly string[] {
  const kind = map.properties?.['type']?.const;
  const written = short === undefined ? 'Each is a map' : `Each is written \`${short}\`, or as a map`;
  return [
    several ? `### An item of ${path}: ${kind}` : `### An item of ${path}`,
    '',
    several ? (map.description ?? '') : `${written}:`,
    '',
    '| key | value | without it | meaning |',
    '|---|---|---|---|',
    ...Object.entries(map.properties ?? {}).map(
      ([inner, facts]) =>
        `| \`${inner}\` | ${words(facts)} | ${usual(facts, map.required?.includes(inner) ?? false)} | ${facts.description ?? ''} |`,
    ),
    '',
  ];
}

function table(
  keys: readonly (readonly [string, KeySchema])[],
  above: string,
  { variables }: SettingsReference,
): readonly string[] {
  return [
    '| key | value | without it | meaning | variable |',
    '|---|---|---|---|---|',
    ...keys.map(
      ([key, schema]) =>
        `| \`${above}${key}\` | ${words(schema)} | ${usual(schema, false)} | ${schema.description} | \`${variables.get(`${above}${key}`)}\` |`,
    ),
    '',
  ];
}

function words({ type, enum: choices, items, anyOf, const: only }: KeySchema): string {
  if (only !== undefined) return `\`${only}\``;
  if (choices !== undefined) return choices.map((word) => `\`${word}\``).join(', ');
  if (items !== undefined) return 'list';
  if (anyOf !== undefined) return anyOf.map(words).join(' or ');
  if (type === 'boolean') return '`true`, `false`';
  if (type === 'integer' || type === 'number') return 'number';
  if (type === 'object') return 'map';
  return 'text';
}

function usual(schema: KeySchema, required: boolean): string {
  if (required) return 'has to be there';
  if (schema.default === undefined) return schema.otherwise ?? 'none';
  const { default: usual } = schema;
  if (Array.isArray(usual)) return usual.length === 0 ? 'none' : `\`[${usual.join(', ')}]\``;
  return `\`${String(schema.default)}\``;
}
