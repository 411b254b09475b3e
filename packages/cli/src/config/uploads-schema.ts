import { hashAlgorithms } from '@duoport/server';
import { z } from 'zod';
import { parseDiskFloor, parseDuration } from '../flags/values.ts';
import { facts, section, written } from './kinds.ts';

/** What becomes of stored files. */
export const uploads = section('What becomes of stored files.', {
  mode: z
    .enum(['direct', 'atomic'])
    .default('direct')
    .meta(
      facts(
        '`atomic`: what is stored has a hidden name until it is whole, so that nobody ever sees half a file.',
      ),
    ),
  durability: z
    .enum(['none', 'fsync'])
    .default('none')
    .meta(facts('`fsync`: 226 is only said when the disk has the file and its name.')),
  partial: z
    .enum(['keep', 'remove'])
    .default('keep')
    .meta(facts('What arrived of an upload that broke off. `keep`: a client can go on with it.')),
  overwrite: z
    .enum(['allow', 'refuse', 'rename-old', 'rename-new'])
    .default('allow')
    .meta(
      facts(
        'A file that has the name already, for uploads and renames. `rename-old`: it becomes `name.1`. `rename-new`: the new one does.',
      ),
    ),
  'stale-after': written(parseDuration)
    .prefault('24h')
    .meta(
      facts('With `atomic`: what an upload left is removed when nobody has gone on with it for so long.'),
    ),
  'disk-floor': written(parseDiskFloor)
    .optional()
    .meta(
      facts('What has to stay free on the disk: `5%`, `10G`. An upload that would take of it gets 552.', {
        otherwise: 'nothing',
        examples: ['5%', '10G'],
      }),
    ),
  checksum: z
    .enum(['none', 'client', ...hashAlgorithms])
    .default('none')
    .meta(
      facts(
        'Computed while a file comes in, so that HASH needs not read it. `client`: the one that the client has chosen (OPTS HASH).',
      ),
    ),
});
