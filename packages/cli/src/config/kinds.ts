import { InvalidArgumentError } from 'commander';
import { z } from 'zod';

/** What the schema says about a key beyond its type; it goes into the JSON Schema, and from there into the reference. */
export interface KeyFacts {
  readonly description: string;
  readonly examples?: readonly unknown[];
  /** What holds without it, where that is no plain value. */
  readonly otherwise?: string;
  /** Never printed. JSON Schema's word for it. */
  readonly writeOnly?: true;
  readonly pattern?: string;
}

/** What is said about a key. */
export const facts = (description: string, more: Omit<KeyFacts, 'description'> = {}) => ({
  description,
  ...more,
});

/** A value that is written as text and read by the parser of the flag of the same meaning. Numbers count as they are written. */
export function written<T>(parse: (text: string) => T) {
  return z.union([z.string(), z.number()]).transform(asFlag(parse));
}

/** The parser of a flag, with its complaint as an issue. */
function asFlag<T>(parse: (text: string) => T) {
  return (given: string | number, context: z.core.$RefinementCtx): T => {
    try {
      return parse(String(given));
    } catch (error) {
      if (!(error instanceof InvalidArgumentError)) throw error;
      context.addIssue({ code: 'custom', message: error.message });
      return z.NEVER;
    }
  };
}

/** A map whose keys are all known. An empty one (`passive:` and nothing under it) says nothing. */
export function section<Shape extends z.ZodRawShape>(description: string, shape: Shape) {
  return z
    .preprocess((given) => (given === null ? {} : given), z.strictObject(shape))
    .prefault({})
    .meta({ description });
}

/** One item of a list that may be written short, as on the command line, or as a map. `parse` makes the map of the short form. */
export function shortOr<Shape extends z.ZodRawShape>(
  short: string,
  parse: (text: string) => object,
  shape: Shape,
) {
  return shortOrMap(short, parse, z.strictObject(shape));
}

/** The same, where there are several kinds of maps. */
export function shortOrMap<Map extends z.ZodType>(short: string, parse: (text: string) => object, map: Map) {
  const read = asFlag(parse);
  return z
    .preprocess(
      (given, context) =>
        typeof given === 'string' || typeof given === 'number' ? read(given, context) : given,
      map,
    )
    .meta({ short });
}

/** A line of text: no line breaks, which would end a line of the protocol. */
export function line(longest = 255) {
  return z
    .string()
    .min(1, 'Write at least one character.')
    .max(longest, `Write at most ${longest} characters.`)
    .refine((text) => !/[\0\r\n]/.test(text), 'A line break or NUL cannot be in it.');
}
