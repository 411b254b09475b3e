import { type DataConnection, dial } from '@duoport/net';
import { type Endpoint, FtpTimeoutError } from '@duoport/protocol';
import type { DialObservation } from '../observations.ts';
import type { Context } from './context.ts';
import { errnoOf } from './text.ts';

export interface Dialled {
  readonly seen: DialObservation;
  readonly data: DataConnection | undefined;
}

/** Dials once and tells how it went. Never rejects, but when the run is over. */
export async function dialOnce(
  context: Context,
  to: Endpoint,
  from: string | undefined,
  within: number,
): Promise<Dialled> {
  const since = performance.now();
  const where = { to: { address: to.address, port: to.port } };
  const observe = (how: DialObservation['how'], errno: string | undefined): DialObservation => ({
    ...where,
    how,
    errno,
    took: Math.round(performance.now() - since),
    icmpFrom: undefined,
    ttl: undefined,
  });
  try {
    const data = await dial(to, {
      from: { address: from },
      timeout: within,
      signal: context.signal,
      side: 'client',
    });
    return { seen: context.sight.enrich(observe('open', undefined), since), data };
  } catch (error) {
    context.signal.throwIfAborted();
    return { seen: context.sight.enrich(failure(error, observe), since), data: undefined };
  }
}

/** Without packets an ICMP error is known by its errno only; a port that is unreachable looks refused. */
export function failure(
  error: unknown,
  observe: (how: DialObservation['how'], errno: string | undefined) => DialObservation,
): DialObservation {
  const errno = errnoOf(error);
  if (error instanceof FtpTimeoutError || errno === 'ETIMEDOUT') return observe('silent', errno);
  if (errno === 'ECONNREFUSED' || errno === 'ECONNRESET') return observe('refused', errno);
  if (errno === 'EHOSTUNREACH') return observe('rejected', errno);
  return observe('failed', errno);
}
