import type {
  ByteSink,
  DataArrangement,
  DataConnection,
  Exchange,
  Throttle,
  TlsSession,
  TruncationPolicy,
} from '@duoport/net';
import { FtpRemoteError, isFtpError, type Reply, reply } from '@duoport/protocol';
import type { ClientLeg } from './client-leg.ts';
import { Halves, type Side } from './halves.ts';
import { oneLine } from './reply-for-error.ts';
import type { ServerLink } from './server-link.ts';

export interface BridgeOptions {
  readonly verb: string;
  readonly argument: string | undefined;
  readonly direction: 'to-client' | 'to-server';
  readonly link: ServerLink;
  readonly arrangement: DataArrangement;
  readonly leg: ClientLeg;
  /** TLS towards the client, when PROT P is in force there. */
  readonly clientTls: TlsSession | undefined;
  readonly stallTimeout: number;
  readonly throttle: Throttle | undefined;
  /** After the data connection has ended: milliseconds to the server's final reply. */
  readonly finalTimeout: number;
  readonly truncation: TruncationPolicy;
  /** The client has called it off, or is gone. */
  readonly signal: AbortSignal;
  preliminary(reply: Reply): void;
  progress(bytes: number): void;
}

/**
 * One transfer through the gateway. The server is told; when its half of the data connection stands, the client gets the
 * 150; when the client's half stands too, the two are joined; and the reply that is returned says what became of both.
 *
 * LAW: a file that was cut is never answered 2yz, and an upload that was cut reaches the server as a reset.
 */
export async function bridge(options: BridgeOptions): Promise<Reply> {
  const { link, verb, argument, arrangement, leg, signal } = options;
  const exchange = link.dialogue.send(verb, argument);
  const halves = new Halves();
  const onAbort = () => halves.cut('client', signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  watchServer(exchange, halves);
  try {
    if (signal.aborted) onAbort();
    const begun = await begin(options, exchange, halves);
    if ('refusal' in begun) return begun.refusal;
    await join(options, begun, halves);
    link.dialogue.expectFinal(exchange, options.finalTimeout);
    return await exchange.final;
  } catch (error) {
    halves.cut('server', error);
    leg.release();
    const said = exchange.answered;
    await endTransfer(link, exchange);
    // Not before: a server that comes late finds a reset instead of a clean end.
    arrangement.drop();
    return failure(options, halves, { before: said, after: exchange.answered });
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

/** A server that refuses in the middle, or is gone, ends the transfer at once. */
function watchServer(exchange: Exchange, halves: Halves): void {
  exchange.final.then(
    (answer) => {
      if (answer.code >= 400) halves.cut('server', new FtpRemoteError(`The server said ${answer.code}`));
    },
    (error) => halves.cut('server', error),
  );
}

interface Joined {
  readonly client: DataConnection;
  readonly server: DataConnection;
}

/** Both halves, or the reply of a server that did not begin. */
async function begin(
  options: BridgeOptions,
  exchange: Exchange,
  halves: Halves,
): Promise<Joined | { readonly refusal: Reply }> {
  const { arrangement, leg, link, clientTls, direction } = options;
  const { signal } = halves;
  const [back, forth] =
    direction === 'to-client' ? (['receive', 'send'] as const) : (['send', 'receive'] as const);
  // Some servers send the 150 only after the TLS handshake of the data connection: it does not wait for that.
  const opening = halves.add('server', arrangement.open(), async (server) => {
    if (link.tls !== undefined) await server.startTls(link.tls, { signal, transfer: back });
  });
  const first = await halves.unlessCut(exchange.first);
  if (first.code >= 400) {
    arrangement.drop();
    leg.release();
    return { refusal: first };
  }
  if (first.code >= 200) throw outOfStep(options, first);
  const server = await opening;
  // A passive client may connect only now; an active one is told when it was reached, so that a 425 comes alone.
  const isPassive = leg.kind === 'passive';
  if (isPassive) options.preliminary(first);
  const client = await halves.add('client', leg.open(signal), async (half) => {
    if (!isPassive) options.preliminary(first);
    if (clientTls !== undefined) await half.startTls(clientTls, { signal, transfer: forth });
  });
  return { client, server };
}

/**
 * RFC 959 §5.4: a transfer begins with a 1yz. A server that answers otherwise has answered something before twice, and nobody could
 * tell any more what its replies are for.
 */
function outOfStep({ link, verb }: BridgeOptions, first: Reply): Error {
  const error = new FtpRemoteError(`${verb} was answered ${first.code} before anything was transferred`);
  link.dialogue.destroy(error);
  return error;
}

async function join(options: BridgeOptions, { client, server }: Joined, halves: Halves): Promise<void> {
  const { direction, stallTimeout, throttle, truncation, progress } = options;
  const isDownload = direction === 'to-client';
  const [from, to] = isDownload ? [server, client] : [client, server];
  const [source, target]: [Side, Side] = isDownload ? ['server', 'client'] : ['client', 'server'];
  const failed = (side: Side) => (error: unknown) => {
    halves.cut(side, error);
    throw error;
  };
  // No signal for either: what calls the transfer off resets both halves, and that is what they see.
  const outlet = attempt(() => to.outlet({ stallTimeout }), failed(target));
  halves.onCut((reason) => outlet.fail(reason));
  // What is received leaves from the memory it came to.
  const pushed: ByteSink = {
    // Unless they are counted out by a throttle, the kernel may move them itself.
    direct: outlet.direct && {
      ...outlet.direct,
      failed: (error) => {
        halves.cut(target, error);
        outlet.fail(error);
      },
    },
    write: (chunks) => {
      const written = attempt(() => outlet.write(chunks), failed(target));
      return written === undefined ? undefined : written.catch(failed(target));
    },
  };
  const sink = throttle?.limit(pushed, halves.signal) ?? pushed;
  await from.receive(sink, { stallTimeout, truncation, onProgress: progress }).catch(failed(source));
  await halves.settled();
  await outlet.end().catch(failed(target));
}

function attempt<T>(call: () => T, failed: (error: unknown) => never): T {
  try {
    return call();
  } catch (error) {
    return failed(error);
  }
}

/** The server must know that it is over, and its replies be taken, before the next command goes there. */
async function endTransfer({ dialogue }: ServerLink, exchange: Exchange): Promise<void> {
  if (exchange.answered !== undefined || dialogue.lost.aborted) return;
  try {
    const abort = dialogue.send('ABOR');
    // Pure-FTPd throws away what it reads together with an ABOR: nothing is sent behind it before its answer.
    await exchange.final;
    // A fence: its answer shows that all before it has been answered (servers differ in how often they do).
    const fence = dialogue.send('NOOP');
    await Promise.all([abort.final, fence.final]);
  } catch {
    // The control connection is lost: whoever holds it is told by itself.
  }
}

/** What the client is told of a transfer that was cut: the server's own word where the fault is the server's. */
function failure(
  { signal }: BridgeOptions,
  { culprit, reason }: Halves,
  said: { readonly before: Reply | undefined; readonly after: Reply | undefined },
): Reply {
  if (signal.aborted) return reply(426, 'Transfer aborted');
  if (said.before !== undefined && said.before.code >= 400) return said.before;
  const { after } = said;
  const tells = after !== undefined && after.code >= 400 && after.code !== 425 && after.code !== 426;
  if (culprit === 'server' && tells) return after;
  if (!isFtpError(reason)) throw reason;
  const isOpening =
    (reason.code === 'FTP_TIMEOUT' || reason.code === 'FTP_CONNECTION') &&
    reason.channel === 'data' &&
    reason.phase !== 'transfer';
  return reply(isOpening ? 425 : 426, oneLine(reason.message));
}
