import type { Rows } from '../import/options.ts';
import type { KeySchema } from './schema-json.ts';

export type { KeySchema };

/** The keys of the settings file, for whoever writes about them: the JSON Schema, and the variable that sets each. */
export interface SettingsReference {
  readonly schema: KeySchema;
  /** The maps that the items of this list may be, where it is one. */
  itemMaps(list: KeySchema): readonly KeySchema[];
  /** `passive.ports` → `DUOPORT_PASSIVE_PORTS` */
  readonly variables: ReadonlyMap<string, string>;
}

/** Loaded when it is asked for: it brings the library of the schema. */
export async function settingsReference(): Promise<SettingsReference> {
  const { itemsOf, leaves, mapsOf, settingsJsonSchema, variableOf } = await import('./schema-json.ts');
  const schema = settingsJsonSchema();
  const itemMaps = (list: KeySchema) => mapsOf(itemsOf(list));
  return { schema, itemMaps, variables: new Map(leaves(schema).map(({ path }) => [path, variableOf(path)])) };
}

/** The options of one other server, and what each is here. */
export interface ImportTable {
  readonly title: string;
  readonly rows: readonly {
    readonly option: string;
    readonly key: string | undefined;
    readonly text: string | undefined;
  }[];
}

/** What `duoport config import` knows of other servers' options. */
export async function importTables(): Promise<readonly ImportTable[]> {
  const { formats } = await import('../import/formats.ts');
  return Object.values(formats).map(({ title, rows }: { readonly title: string; readonly rows: Rows }) => ({
    title,
    rows: Object.entries(rows).map(([option, { key, text }]) => ({ option, key, text })),
  }));
}
