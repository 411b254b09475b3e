import { listeningPort } from '@duoport/net';
import type { ListenOptions } from '@duoport/server';
import type { ProcessIo } from '../terminal.ts';
import { UsageError } from '../usage-error.ts';
import { handedOver } from './handed-over.ts';

/**
 * Where to listen when the service manager has opened sockets for this process: on those, each of which the settings must name by its
 * port, where they name any; what else they name is opened. Undefined: it has opened none.
 */
export async function activated(
  env: ProcessIo['env'],
  wanted: readonly ListenOptions[] | undefined,
): Promise<readonly ListenOptions[] | undefined> {
  const handed = handedOver(env, process.pid);
  if (handed === undefined || wanted === undefined) return handed;
  const left = new Map<number, number | undefined>();
  for (const { fd } of handed) if (fd !== undefined) left.set(fd, await listeningPort(fd));
  const listen = wanted.map((where) => {
    const fd = [...left].find(([, port]) => port === (where.port ?? 21))?.[0];
    if (fd !== undefined) left.delete(fd);
    return { ...where, fd };
  });
  const [extra] = left.values();
  if (left.size > 0)
    throw new UsageError(
      `The service manager hands over a socket on port ${extra ?? 'unknown'}, which the settings do not name: add it to listeners, or take it out of the socket unit.`,
    );
  return listen;
}
