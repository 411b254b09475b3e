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
  readonly oneOf?: readonly KeySchema[];
  readonly const?: string;
}

/** The schema for editors. */
export function settingsJsonSchema(): KeySchema {
  const made = z.toJSONSchema(settingsSchema, {
    io: 'input',
    override: ({ jsonSchema }) => {
      const { short, orOne, ...map } = jsonSchema as Record<string, unknown>;
      if (orOne === true) {
        const { type, items, minItems, ...facts } = map;
        replace(jsonSchema, { ...facts, anyOf: [{ type: 'string' }, { type, items, minItems }] });
      } else if (short !== undefined)
        replace(jsonSchema, { anyOf: [{ type: ['string', 'integer'], description: String(short) }, map] });
    },
  });
  return { title: 'Settings of duoport serve', ...made } as KeySchema;
}

function replace(schema: object, by: object): void {
  for (const key of Object.keys(schema)) delete schema[key as keyof typeof schema];
  Object.assign(schema, by);
}

/** What a list holds, where it may also be written as one value. */
export function itemsOf({ items, anyOf = [] }: KeySchema): KeySchema | undefined {
  return items ?? anyOf.find((one) => one.items !== undefined)?.items;
}

/** The forms of a value that are maps. */
export function mapsOf(schema: KeySchema | undefined): readonly KeySchema[] {
  if (schema === undefined) return [];
  if (schema.properties !== undefined) return [schema];
  return [...(schema.anyOf ?? []), ...(schema.oneOf ?? [])].flatMap(mapsOf);
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
  const inside = [...mapsOf(schema), ...mapsOf(itemsOf(schema))].flatMap((one) =>
    Object.entries(one.properties ?? {}),
  );
  return inside.flatMap(([key, value]) => [`${above}${key}`, ...allKeys(value, `${above}${key}.`)]);
}

/** `DUOPORT_PASSIVE_SINGLE_PORT`, for `passive.single-port`. */
export function variableOf(path: string): string {
  return `DUOPORT_${path.replace(/[.-]/g, '_').toUpperCase()}`;
}
