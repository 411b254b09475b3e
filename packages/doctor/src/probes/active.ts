import { type DataConnection, deferred, type Lease, PortPool } from '@duoport/net';
import { encodeEprt, encodePort, endpoint } from '@duoport/protocol';
import { askServer, type Draft, draft, fillIn, nameOf, type Tried, type Try } from './attempt.ts';
import { callOff } from './call-off.ts';
import type { Context } from './context.ts';
import type { Exchange } from './dialogue.ts';
import { mostBytes } from './passive.ts';
import type { Session } from './session.ts';
import { messageOf, said } from './text.ts';
import { move } from './transfer.ts';

/** One active try: what is announced, whether the server comes, and one transfer. Throws DialogueLost. */
export async function tryActive(
  context: Context,
  session: Session,
  request: Try,
  attempt: Draft = draft(request),
): Promise<Tried> {
  const pool = new PortPool({ ports: context.options.portRange });
  try {
    const since = performance.now();
    const lease = await listenFor(context, session, pool, attempt);
    if (lease === undefined) return { attempt, sample: nothing };
    const isAgreed = await announce(context, session, request, attempt);
    if (!isAgreed) {
      attempt.server = await askServer(context, session);
      return { attempt, sample: nothing };
    }
    attempt.transfer = nameOf(request.transfer);
    const exchange = session.dialogue.send(request.transfer.verb, request.transfer.argument);
    const data = await awaitServer(context, lease, exchange, attempt);
    attempt.synsSeen = context.sight.synsTo(lease.endpoint.port, since);
    if (data === undefined) {
      if (attempt.final === undefined) await callOff(context, session);
      attempt.server = await askServer(context, session);
      return { attempt, sample: nothing };
    }
    attempt.accepted = { address: data.peer.address, port: data.peer.port };
    const { upload } = request.transfer;
    const moved = await move(context, { session, data, exchange, tls: session.tls, most: mostBytes, upload });
    fillIn(attempt, moved);
    attempt.server = await askServer(context, session);
    return { attempt, sample: moved.sample };
  } finally {
    await pool.close();
  }
}

const nothing = new Uint8Array(0);

/** Anybody may come: a connection from another address than the control connection's peer is a finding. */
async function listenFor(
  context: Context,
  session: Session,
  pool: PortPool,
  attempt: Draft,
): Promise<Lease | undefined> {
  const { local } = session.dialogue.connection;
  const { bindAddress, externalAddress } = context.options;
  try {
    const lease = await pool.lease({
      host: bindAddress ?? local.address,
      peer: undefined,
      session,
      policy: { kind: 'any' },
      side: 'client',
    });
    // A zone names a network card of this machine and says nothing to the server.
    const address = (externalAddress ?? lease.endpoint.address).replace(/%.*$/, '');
    attempt.announced = { address, port: lease.endpoint.port };
    return lease;
  } catch (error) {
    attempt.error = messageOf(error);
    return undefined;
  }
}

/** PORT or EPRT; false when the server refuses it. */
export async function announce(
  context: Context,
  session: Session,
  { verb, hidden }: Pick<Try, 'verb' | 'hidden'>,
  attempt: Pick<Draft, 'announced' | 'agreed'>,
): Promise<boolean> {
  const { clock, replyPatience } = context;
  const { address, port } = attempt.announced ?? { address: '0.0.0.0', port: 0 };
  const to = endpoint(address, port);
  const argument = verb === 'EPRT' ? encodeEprt(to) : encodePort(to);
  const { dialogue } = session;
  const exchange = hidden ? dialogue.sendHidden(verb, argument) : dialogue.send(verb, argument);
  const reply = await dialogue.reply(exchange.final, clock.atMost(replyPatience));
  attempt.agreed = said(reply);
  return reply.code >= 200 && reply.code < 300;
}

/** The server's connection, or undefined once it says no, or stays away for too long. */
async function awaitServer(
  context: Context,
  lease: Lease,
  exchange: Exchange,
  attempt: Draft,
): Promise<DataConnection | undefined> {
  const refused = deferred<undefined>();
  let isOver = false;
  const giveUp = new AbortController();
  exchange.first.then(
    (reply) => {
      if (reply.code < 200) attempt.preliminary = said(reply);
    },
    () => undefined,
  );
  exchange.final.then(
    (reply) => {
      // What it says to being called off is no outcome.
      if (!isOver) attempt.final = said(reply);
      if (reply.code >= 400) refused.resolve(undefined);
    },
    () => refused.resolve(undefined),
  );
  const timeout = context.clock.atMost(context.patience);
  const coming = lease
    .accept({ timeout, signal: AbortSignal.any([context.signal, giveUp.signal]) })
    .catch(() => undefined);
  const data = await Promise.race([coming, refused.promise]);
  isOver = true;
  if (data === undefined) {
    giveUp.abort();
    lease.release();
    (await coming)?.destroy();
  }
  return data;
}
