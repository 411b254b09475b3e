import { FtpLocalError, findVerb, type Reply } from '@duoport/protocol';
import type { Session } from './session.ts';

/** What would change the state of the connection behind the client's back. */
const ownVerbs: ReadonlySet<string> = new Set([
  'AUTH',
  'PBSZ',
  'PROT',
  'CCC',
  'REIN',
  'QUIT',
  'ABOR',
  'REST',
  'RANG',
  'MODE',
  'STRU',
]);

/** Any command that needs no data connection and leaves the client knowing where it stands. */
export async function rawCommand(
  session: Session,
  verb: string,
  argument: string | undefined,
): Promise<Reply> {
  const word = verb.toUpperCase();
  const row = findVerb(word);
  if (ownVerbs.has(word) || (row !== undefined && (row.opensData !== 'no' || row.transfer !== 'no'))) {
    throw new FtpLocalError(`${word} was not sent: the client uses it itself and must know what came of it`);
  }
  if (word === 'TYPE') session.forgetType();
  return await session.call(word, argument);
}
