import {
  decodeEprt,
  decodeEpsvArgument,
  decodeLprt,
  decodePort,
  type Endpoint,
  encodeEprt,
  encodeProtocols,
  extendedPassiveReply,
  findVerb,
  isFault,
  longPassiveReply,
  passiveReply,
  type Reply,
  reply,
} from '@duoport/protocol';
import { type Context, command } from '../command.ts';

/** RFC 959 §4.1.2: the server listens. The text of the 227 is what NAT helpers look for, to the letter. */
export const pasv = command('PASV', async (context) => {
  if (context.local.family === 6)
    return reply(425, 'PASV names an IPv4 address and this connection is IPv6; use EPSV');
  return said(context, passiveReply(await context.data.passive(4, context.secure)));
});

/** RFC 2428 §3: only a port is told; the address is that of the control connection. */
export const epsv = command('EPSV', async (context) => {
  const { run, data, local, secure } = context;
  const asked = decodeEpsvArgument(run.command.argument);
  if (isFault(asked)) return asked.reason === 'protocol' ? otherFamily(local) : reply(501, asked.fault);
  if (asked.want === 'all') return reply(200, 'Only EPSV is accepted from now on');
  const family = asked.want === 'any' ? local.family : asked.want === 1 ? 4 : 6;
  if (family !== local.family) return otherFamily(local);
  const { port } = await data.passive(family, secure);
  return said(context, extendedPassiveReply(port));
});

/** RFC 1639: PASV for any family. */
export const lpsv = command('LPSV', async ({ data, local, secure }) =>
  longPassiveReply(await data.passive(local.family, secure)),
);

/** RFC 959 §4.1.2: the client listens. */
export const port = command('PORT', (context) => {
  const decoded = decodePort(context.argument);
  return isFault(decoded) ? reply(501, decoded.fault) : dialLater(context, decoded.endpoint);
});

/** RFC 2428 §2. */
export const eprt = command('EPRT', (context) => {
  const decoded = decodeEprt(context.argument);
  if (isFault(decoded))
    return decoded.reason === 'protocol' ? otherFamily(context.local) : reply(501, decoded.fault);
  if (decoded.endpoint.family !== context.local.family) return otherFamily(context.local);
  return dialLater(context, decoded.endpoint);
});

/** RFC 1639 §2: 521 with the families that are supported. */
export const lprt = command('LPRT', (context) => {
  const decoded = decodeLprt(context.argument);
  if (isFault(decoded)) return reply(decoded.reason === 'protocol' ? 521 : 501, decoded.fault);
  return dialLater(context, decoded.endpoint);
});

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

/**
 * RFC 2577 §3: no bounce: judged before anything is sent to that address. A client that does not know its own address
 * names none (lftp over ::1 sends `EPRT |2|::|port|`): that can only mean the one it speaks from.
 */
function dialLater({ data, run, peer, argument }: Context, named: Endpoint): Reply {
  data.story.received = argument;
  const to = isUnspecified(named) ? { ...peer, port: named.port } : named;
  const verdict = data.active(to);
  if (verdict !== undefined) return reply(504, `Illegal ${run.row.verb}: ${verdict.refused}`);
  return reply(200, `${run.row.verb} successful`);
}

/** Kept as it goes out, for a client that wants to know whether it arrived so. */
function said({ data }: Context, answer: Reply): Reply {
  data.story.sent = answer.lines[0];
  return answer;
}

/** RFC 2428 §2: 522 names the families that work here. */
function otherFamily(local: Endpoint): Reply {
  return reply(522, encodeProtocols([local.family === 4 ? 1 : 2]));
}

function isUnspecified({ address }: Endpoint): boolean {
  return address === '0.0.0.0' || address === '::';
}
