import type { ClientHttp2Stream, IncomingHttpHeaders } from 'node:http2';
import { type Channel, FtpConnectionError, FtpTimeoutError, type Phase } from '@duoport/protocol';
import { breakOff } from './break-off.ts';
import { decodeWord, words } from './words.ts';

export interface Asking {
  readonly channel: Channel;
  readonly phase: Phase;
  readonly timeout: number;
  readonly signal?: AbortSignal | undefined;
  /** Anything but an answer, while it is waited for. */
  onHeaders?(headers: IncomingHttpHeaders): void;
}

/** The headers of the agent's answer, when it is one; a stream that gets another one, or none in time, is broken off. `lost`: why it is gone. */
export function awaitAnswer(
  stream: ClientHttp2Stream,
  { channel, phase, timeout: after, signal, onHeaders, lost }: Asking & { lost(): Error },
): Promise<IncomingHttpHeaders> {
  return new Promise((resolve, reject) => {
    const settle = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
      stream.off('response', onResponse).off('close', onClose);
      if (onHeaders) stream.off('headers', onHeaders);
    };
    const fail = (error: unknown) => {
      settle();
      breakOff(stream);
      reject(error);
    };
    const onResponse = (headers: IncomingHttpHeaders & { ':status'?: number }) => {
      if (headers[':status'] === 200) {
        settle();
        resolve(headers);
        return;
      }
      const because = decodeWord(headers[words.because]) ?? 'the agent refused without a reason';
      const text = `The agent of the relay could not open the ${channel} connection: ${because}`;
      fail(new FtpConnectionError(text, { channel, phase }));
    };
    const onClose = () => fail(lost());
    const onAbort = () => fail(signal?.reason);
    const timer = setTimeout(() => {
      const text = `The agent of the relay did not open the ${channel} connection within ${after} ms`;
      fail(new FtpTimeoutError(text, { channel, phase, after }));
    }, after);
    if (signal?.aborted) return onAbort();
    signal?.addEventListener('abort', onAbort, { once: true });
    stream.on('response', onResponse).on('close', onClose);
    if (onHeaders) stream.on('headers', onHeaders);
  });
}
