import { ClientDialogue, type ControlConnection, dialControl } from '@duoport/net';
import {
  encodeProxyHeader,
  FtpConnectionError,
  FtpReplyError,
  isCompletion,
  type ProxiedEnds,
} from '@duoport/protocol';
import { isLoop, markOf } from '../loop.ts';
import type { PassContext, ReachedServer } from './pass-context.ts';
import type { PassedServer } from './pass-options.ts';

/**
 * Dials the server, as far as TLS may begin: an explicit one is asked for it. Rejects with an FtpError; nothing is left open then.
 */
export async function reachServer(
  server: PassedServer,
  ends: ProxiedEnds,
  { context, signal }: { readonly context: PassContext; readonly signal: AbortSignal },
): Promise<ReachedServer> {
  const isImplicit = server.tls === 'implicit';
  const control = await dialControl({
    host: server.host,
    port: server.port ?? (isImplicit ? 990 : 21),
    preface: server.proxy && encodeProxyHeader(server.proxy, ends),
    timeout: context.connectTimeout,
    signal,
  });
  const { peer, local } = control;
  try {
    if (context.echoes.dialled(local)) throw loop(server, control);
    // On one port the server says itself what a connection is, and greets it or not.
    if (!isImplicit && !context.singlePort) await askForTls(server, control, context);
    signal.throwIfAborted();
    return { server, stream: control.release(), peer, local };
  } catch (error) {
    context.echoes.gone(local);
    control.destroy();
    throw error;
  }
}

async function askForTls(
  server: PassedServer,
  control: ControlConnection,
  context: PassContext,
): Promise<void> {
  const { connectTimeout: greetingTimeout, replyTimeout, mark } = context;
  const dialogue = new ClientDialogue(control, { tls: 'released', greetingTimeout, replyTimeout });
  const greeting = await dialogue.greeting;
  if (!isCompletion(greeting)) throw new FtpReplyError({ verb: 'the greeting', reply: greeting });
  const next = markOf(greeting);
  if (next !== undefined && isLoop([mark], next)) throw loop(server, control);
  const answer = await dialogue.call('AUTH', 'TLS');
  if (answer.code !== 234) throw new FtpReplyError({ verb: 'AUTH', reply: answer });
}

function loop({ host }: PassedServer, { peer }: ControlConnection): FtpConnectionError {
  const text = `Loop: the server ${host}:${peer.port} is this gateway itself; change where it points`;
  return new FtpConnectionError(text, { channel: 'control', phase: 'greeting', peer });
}
