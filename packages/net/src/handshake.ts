import type { Duplex } from 'node:stream';
import type { TLSSocket } from 'node:tls';
import { type Channel, type Endpoint, FtpConnectionError, FtpTimeoutError, limits } from '@duoport/protocol';
import { fingerprintOf } from './tls-certificate.ts';
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
    const tls = session.wrap(stream);
    const done = session.role === 'client' ? 'secureConnect' : 'secure';
    const settle = () => {
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
      if (objection !== undefined) fail(new FtpConnectionError(objection, { channel, phase: 'tls', peer }));
      else {
        settle();
        // A record that cannot be read: Node tells a client in 'error' and leaves the connection open, and tells a server nothing.
        tls.on('error', ignore).on('_tlsError', (error: Error) => tls.destroy(error));
        resolve(tls);
      }
    };
    const onError = (cause: Error) =>
      fail(
        new FtpConnectionError(`The TLS handshake failed: ${reason(cause)}`, {
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

/** OpenSSL's text without its file names and numbers, and what it usually means. */
function reason(cause: Error & { code?: string; reason?: string }): string {
  const text = cause.reason ?? cause.message;
  if (/wrong version number|http request|unexpected message|packet length too long/i.test(text)) {
    return `${text}: the peer does not speak TLS here`;
  }
  if (/unsupported protocol|protocol version/i.test(text))
    return `${text}: no common TLS version; 1.2 or newer is needed`;
  if (/no shared cipher|handshake failure/i.test(text))
    return `${text}: no common cipher suite, or the certificate is refused`;
  if (/unknown ca|bad certificate|certificate unknown/i.test(text))
    return `${text}: the peer does not trust our certificate`;
  return text;
}
