import { reply } from '@duoport/protocol';
import { type Change, command } from '../command.ts';

/** RFC 959 §3.1.1: A (with N, the only format control there is a use for), I, and L 8, which is I. */
export const type = command('TYPE', ({ argument }) => {
  switch (argument.toUpperCase().replace(/\s+/g, ' ')) {
    case 'A':
    case 'A N':
      return { reply: reply(200, 'Type is A'), parameters: { type: 'ascii' } } satisfies Change;
    case 'I':
    case 'L 8':
    case 'L8':
      return { reply: reply(200, 'Type is I'), parameters: { type: 'image' } } satisfies Change;
    default:
      return reply(504, 'TYPE takes A or I here');
  }
});

/** RFC 959 §3.4: only the stream mode; MODE Z has a row of its own. */
export const mode = command('MODE', ({ argument }) => {
  if (argument.toUpperCase() !== 'S') return reply(504, 'MODE takes S or Z here');
  return { reply: reply(200, 'Mode is S'), parameters: { mode: 'stream' } };
});

/** draft-preston-ftpext-deflate §2. */
export const modeZ = command('MODE Z', () => ({
  reply: reply(200, 'Mode is Z'),
  parameters: { mode: 'deflate' },
}));

/** RFC 959 §3.1.2: only files without structure. */
export const stru = command('STRU', ({ argument }) =>
  argument.toUpperCase() === 'F' ? reply(200, 'Structure is F') : reply(504, 'STRU takes F here'),
);

/** RFC 3659 §5.3: the machine keeps the number for the next transfer. */
export const rest = command('REST', ({ argument }) => {
  if (!/^\d{1,15}$/.test(argument)) return reply(501, 'REST needs a number of bytes');
  return reply(350, `Restarting at ${Number(argument)}; send RETR or STOR`);
});

/** draft-bryan-ftp-range §3: RANG first last, both included; `1 0` takes it back. */
export const rang = command('RANG', ({ argument }) => {
  const match = /^(\d{1,15}) (\d{1,15})$/.exec(argument);
  if (match === null) return reply(501, 'RANG needs the first and the last byte');
  const [first, last] = [Number(match[1]), Number(match[2])];
  if (first === 1 && last === 0) return reply(350, 'The range is the whole file again');
  if (last < first) return reply(501, `The last byte ${last} lies before the first ${first}`);
  return reply(350, `The next RETR sends bytes ${first} to ${last}`);
});

/** RFC 959 §4.1.3: nothing is reserved, but what has no room is told before it is sent. */
export const allo = command('ALLO', async ({ argument, login, files, path }) => {
  const [, bytes] = /^(\d{1,15})(?: R \d{1,15})?$/i.exec(argument) ?? [];
  if (bytes === undefined) return reply(501, 'ALLO needs a number of bytes');
  if (login === undefined || files.space === undefined) return reply(202, 'No storage allocation needed');
  const room = await files.space(path);
  if (Number(bytes) <= room) return reply(200, 'There is room');
  return reply(552, `There is room for ${room} bytes only`);
});
