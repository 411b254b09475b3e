import { z } from 'zod';
import { parseDuration } from '../flags/values.ts';
import { facts, line, written } from './kinds.ts';

/** What a hook can be called for. */
const hookKinds = ['login', 'upload', 'download', 'delete', 'rename', 'mkdir', 'rmdir', 'ban'] as const;

export type HookKind = (typeof hookKinds)[number];

/** One item of the list `hooks`. */
const hook = z.strictObject({
  on: z
    .array(z.enum(hookKinds))
    .min(1, 'Name at least one.')
    .meta(
      facts('When it is called: `login`, `upload`, `download`, `delete`, `rename`, `mkdir`, `rmdir`, `ban`.'),
    ),
  command: line(4096)
    .optional()
    .meta(facts('A program, started without a shell; what happened is in its environment.')),
  arguments: z
    .array(z.string().refine((text) => !text.includes('\0'), 'NUL cannot be in it.'))
    .default([])
    .meta(facts('The arguments of the command.')),
  url: z
    .url({ protocol: /^https?$/, error: 'A URL is written https://host/path.' })
    .optional()
    .meta(facts('Gets a POST with what happened as JSON.')),
  secret: line(4096)
    .optional()
    .meta(
      facts('Signs the POST: HMAC-SHA-256 over time and body, in the header `Duoport-Signature`.', {
        otherwise: 'it is not signed',
        writeOnly: true,
      }),
    ),
  module: line(4096)
    .optional()
    .meta(facts('A JavaScript or TypeScript module that exports a function `hook`.')),
  timeout: written(parseDuration).prefault('10s').meta(facts('What one call may take; then it is ended.')),
  parallel: z.int().min(1).max(64).default(2).meta(facts('Calls at once.')),
  queue: z
    .int()
    .min(1)
    .max(100_000)
    .default(1000)
    .meta(facts('Calls that wait for their turn; more are dropped, counted and told.')),
});

/** The list `hooks`. */
export const hooksSchema = z
  .array(hook)
  .optional()
  .meta(
    facts('What is called when something happens; transfers never wait for it.', { otherwise: 'nothing' }),
  );
