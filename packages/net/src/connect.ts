import { Socket, type SocketConstructorOpts, type TcpNetConnectOpts } from 'node:net';
import { type Channel, type Endpoint, FtpConnectionError, FtpTimeoutError } from '@duoport/protocol';
import { explainSocketError } from './socket-error.ts';

export interface ConnectOptions {
  readonly channel: Channel;
  readonly timeout: number;
  readonly signal?: AbortSignal | undefined;
  /** For errors: the endpoint when it is known before the connection is. */
  readonly peer?: Endpoint | undefined;
  /** A socket that is bound already; it is taken over. */
  readonly fd?: number | undefined;
}

/** A TCP connection, paused, half-open allowed. The socket is destroyed on every path but success. */
export function connect(target: TcpNetConnectOpts, options: ConnectOptions): Promise<Socket> {
  const { channel, timeout: after, signal, peer, fd } = options;
  return new Promise((resolve, reject) => {
    const socket = open(fd);
    if (signal?.aborted) {
      socket.destroy();
      return reject(signal.reason);
    }
    socket.connect(target);
    // Nothing is read before somebody wants it.
    socket.pause();
    const settle = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
      socket.off('connect', onConnect).off('error', onError);
    };
    const fail = (error: unknown) => {
      settle();
      socket.on('error', () => {});
      socket.destroy();
      reject(error);
    };
    // An error with a peer names it itself.
    const what = `${channel} connection${peer ? '' : ` to ${target.host}:${target.port}`}`;
    const onConnect = () => {
      settle();
      resolve(socket);
    };
    const onError = (cause: Error) => {
      const phase = 'syscall' in cause && cause.syscall === 'getaddrinfo' ? 'resolve' : 'connect';
      const text = `Could not open the ${what}: ${explainSocketError(cause)}`;
      fail(new FtpConnectionError(text, { channel, phase, peer, cause }));
    };
    const onAbort = () => fail(signal?.reason);
    const timer = setTimeout(() => {
      const text = `Could not open the ${what}: no answer within ${after} ms; a firewall on the way may drop it, or the host is down`;
      fail(new FtpTimeoutError(text, { channel, phase: 'connect', peer, after }));
    }, after);
    signal?.addEventListener('abort', onAbort, { once: true });
    socket.once('connect', onConnect).once('error', onError);
  });
}

/** Of a bound socket Node would read at once, before it is connected, unless it is made paused (`pauseOnCreate`, undocumented). */
function open(fd: number | undefined): Socket {
  const options = fd === undefined ? {} : { fd, pauseOnCreate: true };
  return new Socket({ ...options, allowHalfOpen: true } as SocketConstructorOpts);
}
