import type { Duplex } from 'node:stream';
import type { TLSSocket } from 'node:tls';
import {
  type Channel,
  type Endpoint,
  encodeReply,
  FtpConnectionError,
  FtpTimeoutError,
  limits,
  reply,
} from '@duoport/protocol';
import { fingerprintOf } from './tls-certificate.ts';
import { linger } from './tls-end.ts';
import { CertificateObjection, handshakeReason } from './tls-fault.ts';
import type { TlsSession } from './tls-session.ts';
import type { TlsFacts } from './tls-settings.ts';

export interface HandshakeOptions {
  readonly channel: Channel;
  readonly peer: Endpoint;
  readonly timeout?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** A TLS handshake over `stream`, which is destroyed when it fails. The socket comes paused. */
export function handshake(
  session: TlsSession,
  stream: Duplex,
  options: HandshakeOptions,
): Promise<TLSSocket> {
  const { channel, peer, signal } = options;
  const after = options.timeout ?? session.handshakeTimeout ?? limits.tlsTimeout;
  return new Promise((resolve, reject) => {
    if (signal?.aborted) {
      stream.destroy();
      reject(signal.reason);
      return;
    }
    const over = channel === 'control' ? session.beginning?.() : undefined;
    const tls = session.wrap(stream);
    const done = session.role === 'client' ? 'secureConnect' : 'secure';
    const settle = () => {
      over?.();
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
      tls.off(done, onSecure).off('error', onError).off('close', onClose).off('end', onClose);
    };
    const fail = (error: unknown) => {
      settle();
      // The loser of a race may still emit: nobody listens any more, and an unheard 'error' would end the process.
      tls.on('error', ignore);
      tls.destroy();
      stream.destroy();
      reject(error);
    };
    const onSecure = () => {
      const objection = session.objection(tls);
      if (objection !== undefined) refuse(objection);
      else {
        settle();
        // A record that cannot be read: Node tells a client in 'error' and leaves the connection open, and tells a server nothing.
        tls.on('error', ignore).on('_tlsError', (error: Error) => tls.destroy(error));
        resolve(tls);
      }
    };
    const refuse = (objection: string) => {
      const cause = new CertificateObjection(objection);
      const error = new FtpConnectionError(objection, { channel, phase: 'tls', peer, cause });
      if (channel !== 'control' || session.role !== 'server') return fail(error);
      settle();
      tls.on('error', ignore);
      // In TLS 1.3 the client takes the handshake for done, and would never hear why it was left.
      tls.end(encodeReply(reply(421, `${objection}.`)));
      linger(tls, undefined, () => fail(error));
    };
    const onError = (cause: Error) =>
      fail(
        new FtpConnectionError(`The TLS handshake failed: ${handshakeReason(cause)}`, {
          channel,
          phase: 'tls',
          peer,
          cause,
        }),
      );
    const onClose = () =>
      fail(
        new FtpConnectionError('The peer closed the connection during the TLS handshake', {
          channel,
          phase: 'tls',
          peer,
        }),
      );
    const onAbort = () => fail(signal?.reason);
    const timer = setTimeout(() => {
      fail(
        new FtpTimeoutError(`The TLS handshake was not finished within ${after} ms`, {
          channel,
          phase: 'tls',
          peer,
          after,
        }),
      );
    }, after);
    signal?.addEventListener('abort', onAbort, { once: true });
    tls.on(done, onSecure).on('error', onError).on('close', onClose).on('end', onClose);
  });
}

/** Facts of a finished handshake. */
export function tlsFacts(tls: TLSSocket, session: TlsSession): TlsFacts {
  return {
    protocol: tls.getProtocol() ?? 'unknown',
    cipher: tls.getCipher().standardName ?? tls.getCipher().name,
    reused: tls.isSessionReused(),
    authorized: session.authorized(tls),
    certificate: session.certificate(tls),
    peerFingerprint: session.role === 'client' ? fingerprintOf(tls) : undefined,
    serverName: nameOf(tls),
  };
}

/** Node's types know of it at the side of the client only, and it is false when there is none. */
function nameOf(tls: TLSSocket): string | undefined {
  const { servername } = tls as { servername?: unknown };
  return typeof servername === 'string' && servername !== '' ? servername.toLowerCase() : undefined;
}

function ignore(): void {}
