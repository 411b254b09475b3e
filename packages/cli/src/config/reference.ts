import type { KeySchema } from './schema-json.ts';

export type { KeySchema };

/** The keys of the settings file, for whoever writes about them: the JSON Schema, and the variable that sets each. */
export interface SettingsReference {
  readonly schema: KeySchema;
  /** `passive.ports` → `DUOPORT_PASSIVE_PORTS` */
  readonly variables: ReadonlyMap<string, string>;
}

/** Loaded when it is asked for: it brings the library of the schema. */
export async function settingsReference(): Promise<SettingsReference> {
  const { leaves, settingsJsonSchema, variableOf } = await import('./schema-json.ts');
  const schema = settingsJsonSchema();
  return { schema, variables: new Map(leaves(schema).map(({ path }) => [path, variableOf(path)])) };
}
