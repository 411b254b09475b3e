import { type ControlConnection, type RawStream, ServerDialogue } from '@duoport/net';
import { encodeFeat, limits, type Reply, type Run, reply } from '@duoport/protocol';

export interface ClearPartOptions {
  readonly connection: ControlConnection;
  readonly greeting: Reply;
  /** The 234 has been sent: what comes now is TLS. */
  secured(stream: RawStream): void;
  /** The client is gone before that. */
  gone(reason: string): void;
}

/**
 * What an explicit client says before its TLS begins. It is answered here and nothing of it reaches a server: which one it is going to be
 * shows only in the ClientHello.
 */
export function clearPart({ connection, greeting, secured, gone }: ClearPartOptions): {
  finish(last: Reply): void;
} {
  const dialogue = new ServerDialogue({
    connection,
    trace: undefined,
    implicitTls: false,
    idleTimeout: limits.idleTimeout,
    loginTimeout: limits.loginTimeout,
    role: {
      run: (id, run) => dialogue.settle(id, { kind: 'final', reply: answer(run) }),
      startTls: () => {
        secured(connection.release());
        return 'released';
      },
      secured: () => undefined,
      over: () => undefined,
      gone,
    },
  });
  dialogue.start(greeting);
  return { finish: (last) => dialogue.finish(last, 'the gateway is shutting down') };
}

function answer({ row, command }: Run): Reply {
  switch (row.verb) {
    case 'AUTH':
      return /^(TLS|TLS-C|SSL)$/i.test(command.argument ?? '')
        ? reply(234, 'Start the TLS handshake')
        : reply(504, 'Only AUTH TLS is known here');
    case 'FEAT':
      // RFC 4217 §10.1: what the server itself can do is asked again under TLS.
      return encodeFeat(['AUTH TLS', 'EPSV', 'PBSZ', 'PROT']);
    case 'NOOP':
      return reply(200, 'Nothing done');
    case 'QUIT':
      return reply(221, 'Goodbye');
    default:
      return reply(534, 'Secure the control connection with AUTH TLS first');
  }
}
