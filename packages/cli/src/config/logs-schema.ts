import { z } from 'zod';
import { facts, line, section } from './kinds.ts';

const file = (description: string) => line(4096).optional().meta(facts(description));

/** The section `logs`. */
export const logsSchema = section('What is told of sessions and transfers, and where.', {
  format: z
    .enum(['auto', 'text', 'json'])
    .default('auto')
    .meta(
      facts(
        '`text`: lines for a person, on standard error. `json`: one object a line, on standard output. `auto`: JSON where there is a settings file and no terminal, text otherwise.',
      ),
    ),
  level: z
    .enum(['quiet', 'normal', 'verbose'])
    .default('normal')
    .meta(facts('`normal`: logins and transfers. `verbose`: connections too. `quiet`: faults only.')),
  file: file('The lines go to the end of this file instead.'),
  xferlog: file('Transfers in the format of wu-ftpd, ProFTPD and vsftpd, at the end of this file.'),
  w3c: file(
    'Logins, transfers and failed data connections in W3C’s extended format, at the end of this file.',
  ),
  trace: z
    .boolean()
    .default(false)
    .meta({ description: 'Draws the connections of every session as a timeline.' }),
});
