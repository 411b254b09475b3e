import { type ControlConnection, dialControl, lookupHost } from '@duoport/net';
import { type Endpoint, endpoint } from '@duoport/protocol';
import type { DialObservation } from '../observations.ts';
import type { Context } from './context.ts';
import { failure } from './dialling.ts';
import { orLate } from './or-late.ts';

/** What is known of the way to the control port. */
export interface Reach {
  readonly addresses: readonly string[];
  readonly dials: readonly DialObservation[];
  /** The first address that opened. */
  readonly target: Endpoint | undefined;
  /** The connection to it: nothing has been said or heard on it yet. */
  readonly connection: ControlConnection | undefined;
}

/** Looks the name up and tries the control port of each address, all at once, without a word being said. */
export async function reachControl(context: Context, host: string, port: number): Promise<Reach> {
  context.tell({ step: 'name', text: `looking up ${host}` });
  const addresses = await findAddresses(context, host);
  context.tell({ step: 'control', text: `control connection to ${host}, port ${port}` });
  const tried = await Promise.all(
    addresses.slice(0, mostAddresses).map((address) => tryControl(context, endpoint(address, port))),
  );
  const used = tried.find(({ connection }) => connection !== undefined);
  for (const { connection } of tried) if (connection !== used?.connection) connection?.destroy();
  return {
    addresses,
    dials: tried.map(({ seen }) => seen),
    target: used && endpoint(used.seen.to.address, port),
    connection: used?.connection,
  };
}

/** Nobody's name has more that matter. */
const mostAddresses = 4;

async function findAddresses(context: Context, host: string): Promise<readonly string[]> {
  try {
    return (await orLate(lookupHost(host), context.clock.atMost(context.replyPatience))) ?? [];
  } catch {
    return [];
  }
}

async function tryControl(context: Context, to: Endpoint) {
  const since = performance.now();
  const observe = (how: DialObservation['how'], errno: string | undefined): DialObservation => ({
    to: { address: to.address, port: to.port },
    how,
    errno,
    took: Math.round(performance.now() - since),
    icmpFrom: undefined,
    ttl: undefined,
  });
  try {
    const connection = await dialControl({
      host: to.address,
      port: to.port,
      timeout: context.clock.atMost(context.patience * 1.5),
      signal: context.signal,
      localAddress: context.options.bindAddress,
      keepAlive: false,
    });
    return { seen: context.sight.enrich(observe('open', undefined), since), connection };
  } catch (error) {
    context.signal.throwIfAborted();
    return { seen: context.sight.enrich(failure(error, observe), since), connection: undefined };
  }
}
