import type { z } from 'zod';
import { printable } from '../printable.ts';
import { formerKeys } from './former-keys.ts';
import { nearest } from './nearest.ts';

/** Something wrong with one key. */
export interface Problem {
  /** `users.0.name`; '' is the whole. */
  readonly path: string;
  /** What is wrong and what would do. */
  readonly text: string;
}

const shapes: Readonly<Record<string, string>> = {
  boolean: 'Write true or false.',
  string: 'Write text; in quotes where it is a number, or holds ": ", "[" or "#".',
  number: 'Write a number.',
  int: 'Write a whole number.',
  array: 'Write a list: [one, two], or lines that begin with "- ".',
  object: 'This is a section: its keys stand in the lines under it, further in.',
};

/** The library's issues in our words, and never with the value: it may be a password. `known`: all keys there are. */
export function problemsOf(
  issues: readonly z.core.$ZodIssue[],
  known: readonly string[],
): readonly Problem[] {
  return issues.flatMap((issue): readonly Problem[] => {
    const path = issue.path.map(String).join('.');
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((key) => ({
        path: path === '' ? key : `${path}.${key}`,
        text: unknown(key, path, known),
      }));
    }
    const inner = issue.code === 'invalid_union' ? deepest(issue.errors.flat()) : undefined;
    const inside = inner?.path.map((step) => `.${String(step)}`).join('') ?? '';
    return [{ path: `${path}${inside}`, text: textOf(inner ?? issue) }];
  });
}

/** Of several forms the one that was meant: where something is wrong inside it, or a word is none of ours. */
function deepest(issues: readonly z.core.$ZodIssue[]): z.core.$ZodIssue | undefined {
  return issues.find(({ path }) => path.length > 0) ?? issues.find(({ code }) => code === 'invalid_value');
}

function textOf(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      // Zod says "undefined" for what is not there.
      return issue.input === undefined && /received undefined/.test(issue.message)
        ? 'It is missing.'
        : (shapes[issue.expected] ?? 'Write a value.');
    case 'invalid_value':
      return `Write one of ${issue.values.join(', ')}.`;
    case 'too_small':
      return issue.origin === 'number' || issue.origin === 'int'
        ? `Write a number from ${issue.minimum} up.`
        : issue.message;
    case 'too_big':
      return issue.origin === 'number' || issue.origin === 'int'
        ? `Write a number up to ${issue.maximum}.`
        : issue.message;
    case 'invalid_key':
      return issue.issues[0]?.message ?? issue.message;
    case 'invalid_union':
      return 'discriminator' in issue ? issue.message : 'Write a value.';
    default:
      return issue.message;
  }
}

function unknown(key: string, above: string, known: readonly string[]): string {
  const inside = above === '' ? '' : `${above.replace(/\.\d+/g, '')}.`;
  const former = inside === '' && Object.hasOwn(formerKeys, key) ? formerKeys[key] : undefined;
  const here = known
    .filter((path) => path.startsWith(inside))
    .map((path) => path.slice(inside.length).split('.')[0] ?? '');
  const names = [...new Set(here)];
  const near = nearest(key, names);
  const elsewhere = near === undefined ? known.find((path) => path.split('.').at(-1) === key) : undefined;
  const meant = former ?? (near === undefined ? elsewhere : `${inside}${near}`);
  const hint = meant === undefined ? `There are ${names.join(', ')}.` : `Did you mean ${printable(meant)}?`;
  return `There is no such key. ${hint}`;
}
