import type { DataConnection, Exchange, TransferCount } from '@duoport/net';
import { type DataArrangement, type DataVerb, modeOf } from '@duoport/net';
import {
  type AnyFtpError,
  type Endpoint,
  FtpConnectionError,
  FtpRemoteError,
  FtpReplyError,
  findVerb,
  isCompletion,
  isFtpError,
  isIntermediate,
  isNegative,
  isPreliminary,
  type Reply,
} from '@duoport/protocol';
import { abortTransfer, complete } from './completion.ts';
import { arrange, isUnusable, type Unusable } from './data.ts';
import { afterFailure, afterSuccess, planVerbs } from './data-plan.ts';
import { settledWithin, unlessAborted } from './deadline.ts';
import type { Session } from './session.ts';

/** One use of a data connection. */
export interface Job {
  readonly verb: 'RETR' | 'STOR' | 'APPE' | 'STOU' | 'LIST' | 'NLST' | 'MLSD';
  readonly argument: string | undefined;
  readonly direction: 'send' | 'receive';
  /** REST; 0 sends none. */
  readonly offset: number;
  readonly signal: AbortSignal | undefined;
  /**
   * Moves the bytes. Called once, when the server has agreed and the connection stands; `agreed` is its first
   * reply. `alive` wants to be called with the bytes moved so far.
   */
  pump(data: DataConnection, agreed: Reply, alive: (bytes: number) => void): Promise<TransferCount>;
}

export interface Outcome {
  readonly count: TransferCount;
  readonly agreed: Reply;
  readonly reply: Reply;
  readonly dataVerb: DataVerb;
  readonly secure: boolean;
  readonly reused: boolean;
  readonly from: Endpoint;
  readonly to: Endpoint;
}

/** Carries out a job over the first kind of data connection that works, and remembers which that is. */
export async function transfer(session: Session, job: Job): Promise<Outcome> {
  const { settings, hostKey } = session;
  const facts = settings.memory.get(hostKey);
  const verbs = planVerbs({ ...settings, family: session.peer.family, facts });
  const failures: Unusable[] = [];
  for (const verb of verbs) {
    job.signal?.throwIfAborted();
    const result = await attempt(session, verb, job);
    if (!isUnusable(result)) {
      settings.memory.set(hostKey, afterSuccess(settings.memory.get(hostKey), verb));
      return result;
    }
    failures.push(result);
    if (isLasting(result.error)) {
      settings.memory.set(hostKey, afterFailure(settings.memory.get(hostKey), verb));
    }
    const next = verbs[failures.length];
    if (next !== undefined) {
      const because = `${verb} did not work: ${briefly(result.error)}`;
      session.decide('data connection', `${next} (${modeOf(next)})`, because);
    }
  }
  throw noDataConnection(session, job, failures);
}

/** What will be the same the next time. A full port range, here (FTP_LIMIT) or there (4yz to EPSV), will not. */
function isLasting(error: AnyFtpError): boolean {
  if (error.code === 'FTP_REPLY') return !error.transient || findVerb(error.verb)?.transfer !== 'no';
  return (
    error.code === 'FTP_CONNECTION' || error.code === 'FTP_TIMEOUT' || error.code === 'FTP_REMOTE_PROTOCOL'
  );
}

function briefly(error: AnyFtpError): string {
  return error.code === 'FTP_REPLY' ? `${error.reply.code} ${error.reply.lines.join(' ')}` : error.message;
}

async function attempt(session: Session, verb: DataVerb, job: Job): Promise<Outcome | Unusable> {
  const channel = await arrange(session, verb, job.signal);
  if (isUnusable(channel)) return channel;
  try {
    if (job.offset > 0) await restart(session, job.offset);
    return await carry(session, channel, job);
  } catch (error) {
    channel.drop();
    throw error;
  }
}

/** RFC 3659 §5: REST stands directly before the transfer that it is for. */
async function restart(session: Session, offset: number): Promise<void> {
  const reply = await session.call('REST', String(offset));
  if (!isIntermediate(reply)) throw new FtpReplyError({ verb: 'REST', reply });
}

async function carry(session: Session, channel: DataArrangement, job: Job): Promise<Outcome | Unusable> {
  const exchange = session.control.send(job.verb, job.argument);
  let established: Established;
  try {
    established = await unlessAborted(
      job.signal,
      establish(session, channel, { exchange, transfer: job.direction }),
    );
  } catch (error) {
    if (exchange.answered === undefined) await abortTransfer(session, exchange, () => channel.drop());
    else channel.drop();
    job.signal?.throwIfAborted();
    return unusable(session, channel, exchange, error);
  }
  const { data, agreed } = established;
  const { count, reply } = await complete(session, { exchange, data, agreed, job });
  const [from, to] = data.dialledBy === 'client' ? [data.local, data.peer] : [data.peer, data.local];
  return { count, agreed, reply, dataVerb: channel.verb, secure: data.secure, reused: data.reused, from, to };
}

interface Established {
  readonly data: DataConnection;
  readonly agreed: Reply;
}

/** Waits for both: the server's consent and the data connection, in whichever order they come. */
async function establish(
  session: Session,
  channel: DataArrangement,
  { exchange, transfer }: { readonly exchange: Exchange; readonly transfer: Job['direction'] },
): Promise<Established> {
  const opening = channel.open().then(async (data) => {
    if (session.protect && session.tls !== undefined) {
      await mayHandshake(session, exchange);
      await data.startTls(session.tls, { timeout: session.settings.timeouts.dataOpen, transfer });
      if (!exchange.begun) session.handshakesFirst = true;
    }
    return data;
  });
  const agreeing = exchange.first.then((reply) => {
    if (isNegative(reply)) throw new FtpReplyError({ verb: exchange.verb, reply });
    if (!isPreliminary(reply)) throw outOfStep(session, exchange, reply);
    return reply;
  });
  const [data, agreed] = await Promise.all([opening, agreeing]);
  return { data, agreed };
}

/**
 * RFC 959 §5.4: a transfer begins with a 1yz. A server that answers otherwise has answered something before twice, and
 * nobody could tell any more what its replies are for.
 */
function outOfStep({ control }: Session, { verb }: Exchange, { code }: Reply): FtpRemoteError {
  const error = new FtpRemoteError(
    `${verb} was answered ${code} before anything was transferred: that answers something else; the connection is closed`,
  );
  control.destroy(error);
  return error;
}

/**
 * When to begin the TLS handshake on a data connection: no server can before it has the command, and most
 * begin after 150. One (pyftpdlib, when it dials) drops the connection when the ClientHello comes earlier;
 * others send 150 only after the handshake.
 */
async function mayHandshake(session: Session, exchange: Exchange): Promise<void> {
  if (!session.handshakesFirst) await settledWithin(handshakeDelay, exchange.first);
}

/** Milliseconds to wait for 150 before the handshake. */
const handshakeDelay = 300;

/** Whether another verb may help. Throws when not. */
function unusable(session: Session, channel: DataArrangement, exchange: Exchange, error: unknown): Unusable {
  if (!isFtpError(error) || session.control.lost.aborted) throw error;
  // 425: the server could not open the data connection (RFC 959 §4.2.2). Everything else is its answer to the
  // command.
  if (error.code === 'FTP_REPLY' && error.reply.code !== 425) throw error;
  if (error.code === 'FTP_CONNECTION' && error.phase === 'tls') throw tlsFailed(exchange, error);
  return { verb: channel.verb, error };
}

function tlsFailed({ verb, answered }: Exchange, error: FtpConnectionError): FtpConnectionError {
  const said =
    answered === undefined || isCompletion(answered)
      ? ''
      : `; the server says: ${answered.code} ${answered.lines.join(' ')}`;
  const message = `${verb}: no TLS on the data connection: ${error.message}${said}`;
  return new FtpConnectionError(message, { channel: 'data', phase: 'tls', peer: undefined, cause: error });
}

function noDataConnection(session: Session, job: Job, failures: readonly Unusable[]): Error {
  const last = failures.at(-1);
  const tried = failures.map(({ verb, error }) => `${verb}: ${briefly(error)}`).join('; ');
  const message = `${job.verb}: no data connection could be opened. ${tried}. ${advice(session)}`;
  return new FtpConnectionError(message, {
    channel: 'data',
    phase: last !== undefined && modeOf(last.verb) === 'active' ? 'accept' : 'connect',
    peer: undefined,
    cause: last?.error,
  });
}

function advice({ settings }: Session): string {
  if (settings.dataVerb !== undefined)
    return `Only ${settings.dataVerb} was tried, as the option dataVerb says`;
  if (settings.mode === 'passive')
    return "Try mode: 'active', or open the server's passive ports in its firewall";
  if (settings.mode === 'active')
    return "Try mode: 'passive', or let the server in to the ports of portRange";
  return "Neither side can reach the other: open the server's passive ports in its firewall";
}
