import { PortPool, sendSyn } from '@duoport/net';
import { endpoint } from '@duoport/protocol';
import type { Attempt, Observations } from '../observations.ts';
import { announce } from './active.ts';
import { type Draft, draft } from './attempt.ts';
import type { Access, Context } from './context.ts';
import { orLate } from './or-late.ts';
import { tracePatience } from './passive.ts';
import { nextPunch } from './plan.ts';
import { closeDialogue, openSession, type Session } from './session.ts';

/**
 * Finds the hop that shuts the server's SYN out. A SYN of ours from the announced port to the port that the server dials from makes every
 * stateful firewall that it passes take the server's SYN for part of the same connection; it dies of its TTL before the server. The
 * smallest TTL with which the server's SYN then reaches our network card stands one hop behind the one that shuts.
 */
export async function punch(
  context: Context,
  access: Access,
  failed: Attempt,
  distance: number,
): Promise<Observations['punched']> {
  context.tell({ step: 'punch', text: `which hop shuts the server out (${failed.verb})` });
  const known: { opens: number | undefined; shut: number } = { opens: undefined, shut: 0 };
  const most = distance - 1;
  const { verb, secure } = failed;
  const sourcePort = context.options.sourcePort ?? failed.server?.sourcePort ?? usualSourcePort;
  const way = await context.sight.trace(endpoint(access.target.address, sourcePort), {
    maxHops: most,
    patience: context.clock.atMost(tracePatience),
    signal: context.signal,
  });
  const reaches = way?.hops.findLast(({ how }) => how === 'expired')?.distance ?? 0;
  for (;;) {
    const ttl = nextPunch(known, most);
    if (ttl === undefined) return { verb, opensBeyond: known.opens, reaches, sourcePort };
    if (context.clock.left() < context.patience) return undefined;
    const session = await openSession(context, access, secure);
    try {
      const isOpen = await punchOnce(context, session, failed, { ttl, sourcePort });
      if (isOpen === undefined) return undefined;
      if (isOpen) known.opens = ttl;
      else known.shut = ttl;
    } finally {
      // The server may dial in vain for a minute: that is its own affair.
      session.dialogue.drop();
      await closeDialogue(context, session.dialogue);
    }
  }
}

/** RFC 959 §3.3: the port beside the control port. */
const usualSourcePort = 20;

/** Undefined: it cannot be known. */
async function punchOnce(
  context: Context,
  session: Session,
  { verb, secure }: Attempt,
  { ttl, sourcePort }: { ttl: number; sourcePort: number },
): Promise<boolean | undefined> {
  const { dialogue } = session;
  const { local, peer } = dialogue.connection;
  const pool = new PortPool({ ports: context.options.portRange });
  try {
    const host = context.options.bindAddress ?? local.address;
    const lease = await pool.lease({
      host,
      peer: undefined,
      session,
      policy: { kind: 'any' },
      side: 'client',
    });
    const since = performance.now();
    const transfer = { verb: 'LIST', argument: undefined } as const;
    const attempt: Draft = draft({ verb, secure, transfer });
    const address = (context.options.externalAddress ?? lease.endpoint.address).replace(/%.*$/, '');
    attempt.announced = { address, port: lease.endpoint.port };
    if (!(await announce(context, session, { verb }, attempt))) return undefined;
    const to = endpoint(peer.address, sourcePort);
    if (!(await sendSyn({ from: lease.endpoint, to, ttl }))) return undefined;
    const exchange = dialogue.send('LIST');
    exchange.first.catch(() => undefined);
    return await comes(context, lease.endpoint.port, since);
  } finally {
    await pool.close();
  }
}

/** The server's first SYN goes out with the command. */
const firstSyn = 800;

async function comes(context: Context, port: number, since: number): Promise<boolean> {
  const seen = context.sight.nextSynTo(port, since, context.signal);
  return (await orLate(seen, context.clock.atMost(firstSyn))) === true;
}
