import { z } from 'zod';
import { settingsSchema } from './schema.ts';

/** The part of JSON Schema that the settings use. */
export interface KeySchema {
  readonly description?: string;
  readonly type?: string | readonly string[];
  readonly enum?: readonly string[];
  readonly default?: unknown;
  readonly examples?: readonly unknown[];
  readonly otherwise?: string;
  readonly writeOnly?: boolean;
  readonly properties?: Readonly<Record<string, KeySchema>>;
  readonly required?: readonly string[];
  readonly items?: KeySchema;
  readonly anyOf?: readonly KeySchema[];
}

/** The schema for editors. */
export function settingsJsonSchema(): KeySchema {
  const made = z.toJSONSchema(settingsSchema, {
    io: 'input',
    override: ({ jsonSchema }) => {
      const { short, ...map } = jsonSchema as Record<string, unknown>;
      if (short === undefined) return;
      for (const key of Object.keys(jsonSchema)) delete jsonSchema[key as keyof typeof jsonSchema];
      jsonSchema.anyOf = [{ type: ['string', 'integer'], description: String(short) }, map];
    },
  });
  return { title: 'Settings of duoport serve', ...made } as KeySchema;
}

/** A key that has a value of its own. */
export interface Leaf {
  /** `passive.single-port` */
  readonly path: string;
  readonly schema: KeySchema;
}

/** All keys that are no sections, in the order of the schema; what is inside lists is not among them. */
export function leaves(schema: KeySchema = settingsJsonSchema(), above = ''): readonly Leaf[] {
  return Object.entries(schema.properties ?? {}).flatMap(([key, value]) => {
    const path = `${above}${key}`;
    return value.properties === undefined ? [{ path, schema: value }] : leaves(value, `${path}.`);
  });
}

/** Every key, sections and what is inside lists too (`users.name`). */
export function allKeys(schema: KeySchema = settingsJsonSchema(), above = ''): readonly string[] {
  const inside = [schema, schema.items, ...(schema.items?.anyOf ?? [])].flatMap((one) =>
    Object.entries(one?.properties ?? {}),
  );
  return inside.flatMap(([key, value]) => [`${above}${key}`, ...allKeys(value, `${above}${key}.`)]);
}

/** `DUOPORT_PASSIVE_SINGLE_PORT`, for `passive.single-port`. */
export function variableOf(path: string): string {
  return `DUOPORT_${path.replace(/[.-]/g, '_').toUpperCase()}`;
}
