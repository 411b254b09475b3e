import { isFtpError } from '@duoport/protocol';
import type { ListenOptions } from '@duoport/server';
import { UsageError } from '../usage-error.ts';

/** A server that listens. */
export interface Started<Running> {
  readonly server: Running;
  /** Why it listens where it does, when that was for us to choose and 21 could not be had. */
  readonly remark: string | undefined;
}

/** Starts on the listeners asked for, or on the first port that can be had: 21, 2121 to 2199, any. */
export async function startServer<Running>(
  listen: readonly ListenOptions[] | undefined,
  start: (on: readonly ListenOptions[]) => Promise<Running>,
): Promise<Started<Running>> {
  if (listen !== undefined) return { server: await start(listen), remark: undefined };
  let first: string | undefined;
  for (const port of candidates()) {
    try {
      const server = await start([{ host: undefined, port, implicitTls: false }]);
      return { server, remark: first };
    } catch (error) {
      const code = systemCode(error);
      if (code !== 'EACCES' && code !== 'EADDRINUSE' && code !== 'EPERM') throw error;
      first ??= code === 'EADDRINUSE' ? 'not 21, for it is in use' : 'not 21, for this user may not open it';
    }
  }
  throw new UsageError('No port could be had: name one with --listen [HOST:]PORT.');
}

function* candidates(): Generator<number> {
  yield 21;
  for (let port = 2121; port < 2200; port += 1) yield port;
  yield 0;
}

/** The errno name at the bottom of an error, however deep it was wrapped. */
function systemCode(error: unknown): string | undefined {
  for (let at = error, depth = 0; at instanceof Error && depth < 5; at = at.cause, depth += 1) {
    if ('code' in at && typeof at.code === 'string' && !isFtpError(at)) return at.code;
  }
  return undefined;
}
