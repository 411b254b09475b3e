import { choosePassiveAddress, type DataConnection, dial } from '@duoport/net';
import {
  type AnyFtpError,
  decodeEpsv,
  decodePasv,
  encodeEprt,
  encodePort,
  endpoint,
  FtpConnectionError,
  FtpRemoteError,
  FtpReplyError,
  isCompletion,
  isFault,
  isFtpError,
} from '@duoport/protocol';
import { modeOf } from './data-plan.ts';
import type { DataVerb } from './options.ts';
import type { Session } from './session.ts';

/** A data connection that both ends have agreed on. */
export interface Channel {
  readonly verb: DataVerb;
  /** Passive: it is open. Active: resolves when the server has dialled in. */
  open(): Promise<DataConnection>;
  /** Gives it up, open or not. */
  drop(): void;
}

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
): Promise<Channel | Unusable> {
  try {
    return modeOf(verb) === 'passive' ? await passive(session, verb, signal) : await active(session, verb);
  } catch (error) {
    if (signal?.aborted || session.control.lost.aborted || !isFtpError(error)) throw error;
    // 530: not logged in. 421 has closed the connection.
    if (error.code === 'FTP_REPLY' && error.reply.code === 530) throw error;
    return { verb, error };
  }
}

async function passive(session: Session, verb: DataVerb, signal: AbortSignal | undefined): Promise<Channel> {
  const { control, settings, peer } = session;
  const choice = choosePassiveAddress({
    policy: settings.passiveAddress,
    reply: await askPassive(session, verb),
    control: peer,
  });
  const connection = session.nextConnection();
  if (choice.kind === 'refuse') {
    session.trace({
      kind: 'decision',
      connection,
      what: 'passive address',
      chosen: 'none',
      because: choice.because,
    });
    throw new FtpConnectionError(`${verb}: ${choice.because}. Nothing was dialled`, {
      channel: 'data',
      phase: 'connect',
      peer,
    });
  }
  session.trace({
    kind: 'decision',
    connection,
    what: 'passive address',
    chosen: choice.address,
    because: choice.because,
  });
  const toServer = choice.address === peer.address;
  const left = new AbortController();
  const dialling = dial(endpoint(choice.address, choice.port), {
    // The server compares our two addresses: both connections must leave by the same one.
    from: { address: settings.bindAddress ?? (toServer ? control.connection.local.address : undefined) },
    timeout: settings.timeouts.dataOpen,
    signal: signal === undefined ? left.signal : AbortSignal.any([signal, left.signal]),
    side: 'client',
    connection,
    trace: settings.trace,
  });
  dialling.catch(noValue); // whoever opens the channel is told
  const drop = () => {
    left.abort();
    dialling.then((data) => data.destroy(), noValue);
  };
  // A connection that fails before the command is sent costs nothing to give up, one that fails after it
  // costs an ABOR. Where this verb has worked before, the command need not wait for the connection: one round
  // trip less for every file.
  if (settings.memory.get(session.hostKey)?.works !== verb) await dialling;
  return { verb, open: () => dialling, drop };
}

const noValue = () => undefined;

async function askPassive(session: Session, verb: DataVerb) {
  const reply = await session.call(verb);
  const text = reply.lines.join(' ');
  if (verb === 'EPSV' && reply.code === 229) {
    const told = decodeEpsv(text);
    if (isFault(told)) throw new FtpRemoteError(`EPSV: ${told.fault}`);
    return { address: told.address, port: told.port };
  }
  if (verb === 'PASV' && reply.code === 227) {
    const told = decodePasv(text);
    if (isFault(told)) throw new FtpRemoteError(`PASV: ${told.fault}`);
    return told.endpoint;
  }
  throw new FtpReplyError({ verb, reply });
}

async function active(session: Session, verb: DataVerb): Promise<Channel> {
  const { control, settings, peer } = session;
  const connection = session.nextConnection();
  const lease = await session.pool.lease({
    host: settings.bindAddress ?? control.connection.local.address,
    peer: settings.activePeer === 'any' ? undefined : peer.address,
    session,
    policy: settings.activePeer === 'any' ? { kind: 'any' } : { kind: 'exact' },
    side: 'client',
    connection,
    trace: settings.trace,
  });
  try {
    // A zone names a network card of this host and says nothing to the server.
    const address = (settings.externalAddress ?? lease.endpoint.address).replace(/%.*$/, '');
    const announced = endpoint(address, lease.endpoint.port);
    if (settings.externalAddress !== undefined) {
      const because = `the option externalAddress says so; the local address is ${lease.endpoint.address}`;
      session.trace({
        kind: 'decision',
        connection,
        what: 'active address',
        chosen: announced.address,
        because,
      });
    }
    const reply = await session.call(verb, verb === 'EPRT' ? encodeEprt(announced) : encodePort(announced));
    if (!isCompletion(reply)) throw new FtpReplyError({ verb, reply });
  } catch (error) {
    lease.release();
    throw error;
  }
  let data: DataConnection | undefined;
  return {
    verb,
    open: async () => {
      data = await lease.accept({ timeout: settings.timeouts.dataOpen });
      return data;
    },
    drop: () => {
      lease.release();
      data?.destroy();
    },
  };
}
