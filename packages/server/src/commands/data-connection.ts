import { decodeDataRequest, encodeEprt, findVerb, type Reply, reply } from '@duoport/protocol';
import { type Context, command } from '../command.ts';

/** RFC 959 §4.1.2: the server listens. The text of the 227 is what NAT helpers look for, to the letter. */
export const pasv = command('PASV', setUp);

/** RFC 2428 §3. */
export const epsv = command('EPSV', setUp);

/** RFC 1639: PASV for any family. */
export const lpsv = command('LPSV', setUp);

/** RFC 959 §4.1.2: the client listens. */
export const port = command('PORT', setUp);

/** RFC 2428 §2. */
export const eprt = command('EPRT', setUp);

/** RFC 1639 §2. */
export const lprt = command('LPRT', setUp);

/** Common practice of distributed servers: names the transfer before PASV. One server needs no hint. */
export const pret = command('PRET', ({ argument }) => {
  const verb = argument.split(' ', 1)[0]?.toUpperCase() ?? '';
  const transfers = findVerb(verb)?.transfer ?? 'no';
  return transfers === 'no'
    ? reply(501, 'PRET needs a verb that transfers')
    : reply(200, `Ready for ${verb}`);
});

/** Opens the active data connection now and tells from where: what NAT made of it can be compared. */
export const esta = command('ESTA', async ({ data }) => {
  if (data.kind !== 'active') return reply(520, 'ESTA needs PORT or EPRT first');
  const { local } = await data.openAhead();
  return reply(225, `Connected from (${encodeEprt(local)})`);
});

/** Waits for the passive data connection now and tells whose it is. */
export const estp = command('ESTP', async ({ data }) => {
  if (data.kind !== 'passive') return reply(520, 'ESTP needs PASV or EPSV first');
  const { peer } = await data.openAhead();
  return reply(225, `Connected to (${encodeEprt(peer)})`);
});

/** What goes out and what came in is kept as it is, for a client that wants to know whether it arrived so. */
async function setUp({ run, data, secure }: Context): Promise<Reply> {
  const { verb } = run.row;
  const asked = decodeDataRequest(verb, run.command.argument, data.control);
  if (asked === undefined) return reply(502, `${verb} is not available on this server`);
  if (asked.kind === 'answer') return asked.reply;
  if (asked.kind === 'passive') {
    const answer = asked.tell(await data.passive(asked.family, secure));
    data.story.sent = answer.lines[0];
    return answer;
  }
  data.story.received = run.command.argument;
  // RFC 2577 §3: no bounce: judged before anything is sent to that address.
  const verdict = data.active(asked.to);
  if (verdict !== undefined) return reply(504, `Illegal ${verb}: ${verdict.refused}`);
  return reply(200, `${verb} successful`);
}
