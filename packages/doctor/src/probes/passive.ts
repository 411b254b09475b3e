import type { DataConnection } from '@duoport/net';
import { decodeEpsv, decodePasv, type Endpoint, endpoint, isFault } from '@duoport/protocol';
import type { DialObservation } from '../observations.ts';
import { askServer, type Draft, draft, fillIn, nameOf, type Tried, type Try } from './attempt.ts';
import type { Context } from './context.ts';
import { dialOnce } from './dialling.ts';
import type { Session } from './session.ts';
import { mustNotDial } from './target.ts';
import { cut, said } from './text.ts';
import { move } from './transfer.ts';

/** One passive try: what is announced, what can be dialled of it, and one transfer. Throws DialogueLost. */
export async function tryPassive(
  context: Context,
  session: Session,
  request: Try,
  attempt: Draft = draft(request),
): Promise<Tried> {
  const announced = await askPassive(context, session, request, attempt);
  if (announced === undefined) return { attempt, sample: nothing };
  const data = await reach(context, session, request, { attempt, announced });
  if (data === undefined) {
    attempt.server = await askServer(context, session);
    attempt.trace = await traceDead(context, session, attempt);
    return { attempt: withTrace(attempt), sample: nothing };
  }
  attempt.transfer = nameOf(request.transfer);
  const { verb, argument } = request.transfer;
  const exchange = session.dialogue.send(verb, argument);
  const moved = await move(context, {
    session,
    data,
    exchange,
    tls: request.unresumed ? session.freshTls?.() : session.tls,
    most: mostBytes,
    upload: request.transfer.upload,
  });
  fillIn(attempt, moved);
  attempt.server = await askServer(context, session);
  return { attempt, sample: moved.sample };
}

const nothing = new Uint8Array(0);

/** Enough to see that bytes come. */
export const mostBytes = 64 * 1024;

/** PASV or EPSV. Undefined: refused, or an answer without meaning. */
export async function askPassive(
  context: Context,
  session: Session,
  { verb }: Pick<Try, 'verb'>,
  attempt: Pick<Draft, 'agreed' | 'announced' | 'error'>,
): Promise<Endpoint | undefined> {
  const { clock, replyPatience } = context;
  const reply = await session.dialogue.call(verb, undefined, clock.atMost(replyPatience));
  attempt.agreed = said(reply);
  const text = reply.lines.join(' ');
  if (reply.code !== (verb === 'EPSV' ? 229 : 227)) return undefined;
  const control = session.dialogue.connection.peer;
  const told = verb === 'EPSV' ? decodeEpsv(text) : decodePasv(text);
  if (isFault(told)) {
    attempt.error = cut(told.fault);
    return undefined;
  }
  const announced =
    'endpoint' in told ? told.endpoint : endpointOr(told.address ?? control.address, told.port, control);
  attempt.announced = { address: announced.address, port: announced.port };
  context.passivePorts.push(announced.port);
  return announced;
}

/** A 229 may name an address, which may be anything. */
function endpointOr(address: string, port: number, control: Endpoint): Endpoint {
  try {
    return endpoint(address, port);
  } catch {
    return { ...control, port };
  }
}

/** Dials what was announced, and the control connection's peer when that is another. The first that opens is used. */
async function reach(
  context: Context,
  session: Session,
  request: Try,
  { attempt, announced }: { attempt: Draft; announced: Endpoint },
): Promise<DataConnection | undefined> {
  const { peer, local } = session.dialogue.connection;
  const judge = { control: peer, machine: context.machine, trusting: context.options.obeyPassiveAddress };
  const because = mustNotDial({ announced, ...judge });
  const isElsewhere = announced.address !== peer.address;
  if (because !== undefined) attempt.notDialled = because;
  const targets: Endpoint[] = because === undefined && !request.peerOnly ? [announced] : [];
  const ofPeer = { ...peer, port: announced.port };
  const dialsPeer = mustNotDial({ announced: ofPeer, ...judge }) === undefined;
  if (dialsPeer && (isElsewhere || targets.length === 0)) targets.push(ofPeer);
  const dials: DialObservation[] = [];
  let data: DataConnection | undefined;
  for (const target of targets) {
    const from = target.address === peer.address ? local.address : context.options.bindAddress;
    const patience = targets.length > 1 ? context.patience * 0.75 : context.patience;
    const dialled = await dialOnce(context, target, from, context.clock.atMost(patience));
    dials.push(dialled.seen);
    data = dialled.data;
    // A second connection would be taken for the first one by a server that turned that one away.
    if (data !== undefined) break;
  }
  attempt.dials = dials;
  return data;
}

/** The hops towards the port, as long as the server still listens on it. */
async function traceDead(context: Context, session: Session, attempt: Draft) {
  const { sight, clock, signal } = context;
  const dial = attempt.dials.at(-1);
  const { peer } = session.dialogue.connection;
  if (dial === undefined || dial.how === 'failed' || !sight.ttl) return undefined;
  const patience = clock.atMost(tracePatience);
  // The server's own distance is known after the control trace: beyond it nobody answers.
  const maxHops = await context.distance(clock.atMost(context.patience));
  return await sight.trace(endpoint(dial.to.address, dial.to.port), {
    maxHops: dial.to.address === peer.address ? maxHops : undefined,
    // Nothing opens there: all at once.
    atOnce: 16,
    patience,
    signal,
  });
}

/** Routers that answer do so within a round trip. */
export const tracePatience = 900;

/** A trace knows an ICMP error, and who sent it, also without root. */
function withTrace(attempt: Draft): Draft {
  const last = attempt.trace?.hops.at(-1);
  const dials = attempt.dials.map((dial, index) =>
    index === attempt.dials.length - 1 && last?.how === 'rejected' && dial.icmpFrom === undefined
      ? { ...dial, how: 'rejected' as const, icmpFrom: last.address }
      : dial,
  );
  return { ...attempt, dials };
}
