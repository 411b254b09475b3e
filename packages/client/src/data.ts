import { arrangeData, type DataArrangement, type DataVerb, modeOf } from '@duoport/net';
import { type AnyFtpError, isFtpError } from '@duoport/protocol';
import type { Session } from './session.ts';

/** The verb could not be used; the control connection is in step and another verb may be tried. */
export interface Unusable {
  readonly verb: DataVerb;
  readonly error: AnyFtpError;
}

export function isUnusable(result: object): result is Unusable {
  return 'error' in result;
}

/** Agrees with the server on a data connection. Throws what makes another verb pointless. */
export async function arrange(
  session: Session,
  verb: DataVerb,
  signal: AbortSignal | undefined,
): Promise<DataArrangement | Unusable> {
  const { control, settings } = session;
  try {
    session.signal?.throwIfAborted();
    const arrangement = await arrangeData(control, {
      verb,
      pool: session.pool,
      session,
      passiveAddress: settings.passiveAddress,
      localAddress: settings.bindAddress,
      externalAddress: settings.externalAddress,
      activePeer: settings.activePeer,
      openTimeout: settings.timeouts.dataOpen,
      connection: session.nextConnection(),
      trace: settings.trace,
      signal,
    });
    // A connection that fails before the command is sent costs nothing to give up, one that fails after it
    // costs an ABOR. Where this verb has worked before, the command need not wait for the connection: one round
    // trip less for every file.
    const known = settings.memory.get(session.hostKey)?.works === verb;
    if (modeOf(verb) === 'passive' && !known) await arrangement.open();
    return arrangement;
  } catch (error) {
    if (signal?.aborted || control.lost.aborted || !isFtpError(error)) throw error;
    // 530: not logged in. 421 has closed the connection.
    if (error.code === 'FTP_REPLY' && error.reply.code === 530) throw error;
    return { verb, error };
  }
}
