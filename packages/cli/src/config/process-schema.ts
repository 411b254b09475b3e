import { z } from 'zod';
import { facts, line, section } from './kinds.ts';

/** A name or a number of the system. */
const who = () => z.union([line(), z.int().min(0).max(4_294_967_294)]).transform(String);

/** Whose rights the processes have. */
export const processSchema = section('Whose rights the server has.', {
  user: who()
    .optional()
    .meta(
      facts('Started as root, it goes on as this user (name or number) once it listens.', {
        otherwise: 'the user that starts it',
        examples: ['duoport'],
      }),
    ),
  group: who()
    .optional()
    .meta(facts('And with this group.', { otherwise: 'those of the user' })),
});
