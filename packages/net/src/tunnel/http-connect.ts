import type { Socket } from 'node:net';
import { FtpConnectionError, FtpTimeoutError } from '@duoport/protocol';

/** A proxy for the way out, and who we are to it. */
export interface HttpProxy {
  readonly host: string;
  readonly port: number;
  readonly user?: string | undefined;
  readonly password?: string | undefined;
}

const longestAnswer = 16 * 1024;

/** Asks an HTTP proxy for a tunnel to `target` (RFC 9110 §9.3.6). The socket is given back with nothing of it read. */
export function connectThrough(
  socket: Socket,
  target: { readonly host: string; readonly port: number },
  { proxy, timeout: after }: { readonly proxy: HttpProxy; readonly timeout: number },
): Promise<void> {
  const authority = target.host.includes(':')
    ? `[${target.host}]:${target.port}`
    : `${target.host}:${target.port}`;
  const login =
    proxy.user === undefined
      ? ''
      : `Proxy-Authorization: Basic ${Buffer.from(`${proxy.user}:${proxy.password ?? ''}`).toString('base64')}\r\n`;
  const where = { channel: 'control', phase: 'connect' } as const;
  return new Promise((resolve, reject) => {
    let head = Buffer.alloc(0);
    const settle = () => {
      clearTimeout(timer);
      socket.pause();
      socket.off('data', onData).off('error', onGone).off('close', onGone).off('end', onGone);
    };
    const fail = (text: string) => {
      settle();
      socket.on('error', () => {});
      socket.destroy();
      reject(new FtpConnectionError(`The proxy ${proxy.host}:${proxy.port} ${text}`, where));
    };
    const onGone = () => fail(`closed the connection instead of making a tunnel to ${authority}`);
    const onData = (chunk: Buffer) => {
      head = Buffer.concat([head, chunk]);
      const end = head.indexOf('\r\n\r\n');
      if (end < 0) {
        if (head.length > longestAnswer) fail('answered with no end');
        return;
      }
      const status = /^HTTP\/1\.[01] (\d{3})([^\r\n]{0,200})/.exec(head.toString('latin1'));
      if (status?.[1]?.startsWith('2') !== true) {
        const said = status === null ? 'something that is not HTTP' : `${status[1]}${status[2]}`;
        fail(`made no tunnel to ${authority}: it said ${said.replace(/[^\x20-\x7e]/g, '?')}`);
        return;
      }
      settle();
      const rest = head.subarray(end + 4);
      if (rest.length > 0) socket.unshift(rest);
      resolve();
    };
    const timer = setTimeout(() => {
      settle();
      socket.on('error', () => {});
      socket.destroy();
      const text = `The proxy ${proxy.host}:${proxy.port} made no tunnel to ${authority} within ${after} ms`;
      reject(new FtpTimeoutError(text, { ...where, after }));
    }, after);
    socket.on('data', onData).on('error', onGone).on('close', onGone).on('end', onGone);
    socket.write(`CONNECT ${authority} HTTP/1.1\r\nHost: ${authority}\r\n${login}\r\n`);
    socket.resume();
  });
}
