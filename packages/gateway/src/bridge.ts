import type { DataArrangement, DataConnection, Exchange, TlsSession, TruncationPolicy } from '@duoport/net';
import { isFtpError, type Reply, reply } from '@duoport/protocol';
import type { ClientLeg } from './client-leg.ts';
import { Pipe } from './pipe.ts';
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
  /** After the data connection has ended: milliseconds to the server's final reply. */
  readonly finalTimeout: number;
  readonly truncation: TruncationPolicy;
  readonly signal: AbortSignal;
  preliminary(reply: Reply): void;
  progress(bytes: number): void;
}

export interface Bridged {
  readonly reply: Reply;
  readonly bytes: number;
}

/**
 * One transfer through the gateway. The server is told; when its half of the data connection stands, the client gets the
 * 150; when the client's half stands too, the two are joined; and the final reply says what became of both.
 */
export async function bridge(options: BridgeOptions): Promise<Bridged> {
  const { link, verb, argument, arrangement } = options;
  const exchange = link.dialogue.send(verb, argument);
  const halves: DataConnection[] = [];
  try {
    const begun = await begin(options, exchange, halves);
    if ('reply' in begun) return { reply: begun.reply, bytes: 0 };
    const bytes = await join(options, begun);
    link.dialogue.expectFinal(exchange, options.finalTimeout);
    return { reply: await exchange.final, bytes };
  } catch (error) {
    for (const half of halves) half.reset();
    arrangement.drop();
    options.leg.release();
    await endTransfer(options, exchange);
    return { reply: failure(error, options.signal), bytes: 0 };
  }
}

interface Halves {
  readonly client: DataConnection;
  readonly server: DataConnection;
}

/** Both halves, or the reply of a server that did not begin. */
async function begin(
  options: BridgeOptions,
  exchange: Exchange,
  halves: DataConnection[],
): Promise<Halves | { readonly reply: Reply }> {
  const { arrangement, leg, link, clientTls, signal, direction } = options;
  const [back, forth] =
    direction === 'to-client' ? (['receive', 'send'] as const) : (['send', 'receive'] as const);
  // Some servers send the 150 only after the TLS handshake of the data connection: it does not wait for that.
  const opening = arrangement.open().then(async (server) => {
    halves.push(server);
    if (link.tls !== undefined) await server.startTls(link.tls, { signal, transfer: back });
    return server;
  });
  opening.catch(noValue);
  const first = await exchange.first;
  if (first.code >= 200) {
    arrangement.drop();
    leg.release();
    return { reply: first };
  }
  const server = await opening;
  // A passive client may connect only now; an active one is told when it was reached, so that a 425 comes alone.
  const isPassive = leg.kind === 'passive';
  if (isPassive) options.preliminary(first);
  const client = await leg.open(signal);
  halves.push(client);
  if (!isPassive) options.preliminary(first);
  if (clientTls !== undefined) await client.startTls(clientTls, { signal, transfer: forth });
  return { client, server };
}

async function join(options: BridgeOptions, { client, server }: Halves): Promise<number> {
  const { direction, stallTimeout, signal, truncation, progress } = options;
  const [from, to] = direction === 'to-client' ? [server, client] : [client, server];
  const pipe = new Pipe();
  const pump = { stallTimeout, signal };
  const receiving = from.receive(pipe.sink, { ...pump, truncation, onProgress: progress }).then(
    (count) => {
      pipe.end();
      return count.bytes;
    },
    (error) => {
      pipe.fail(error);
      throw error;
    },
  );
  const sending = to.send(pipe.source, pump).catch((error) => {
    pipe.fail(error);
    throw error;
  });
  const [bytes] = await Promise.all([receiving, sending]);
  return bytes;
}

/** The server must know that it is over, and its replies be taken, before the next command goes there. */
async function endTransfer({ link }: BridgeOptions, exchange: Exchange): Promise<void> {
  if (exchange.answered !== undefined || link.dialogue.lost.aborted) return;
  try {
    const abort = link.dialogue.send('ABOR');
    // A fence: its answer shows that all before it has been answered (servers differ in how often they do).
    const fence = link.dialogue.send('NOOP');
    await Promise.all([exchange.final, abort.final, fence.final]);
  } catch {
    // The control connection is lost: whoever holds it is told by itself.
  }
}

function failure(error: unknown, signal: AbortSignal): Reply {
  if (signal.aborted) return reply(426, 'Transfer aborted');
  if (!isFtpError(error)) throw error;
  const isOpening =
    (error.code === 'FTP_TIMEOUT' || error.code === 'FTP_CONNECTION') && error.phase !== 'transfer';
  return reply(isOpening ? 425 : 426, error.message.replace(/[\0\r\n]+/g, ' '));
}

function noValue(): undefined {
  return undefined;
}
