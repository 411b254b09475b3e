import { deferred, dialControl, TlsClient } from '@duoport/net';
import { encodeText } from '@duoport/protocol';
import type { Access, Context } from './context.ts';
import { orLate } from './or-late.ts';

/** `TLS`: the port speaks TLS from the first byte. */
export const tlsFromTheFirstByte = 'TLS from the first byte';

/**
 * Who answers on the control port, when it was no FTP greeting: its first bytes as text. Somebody who waits for us to speak first is
 * tried with a TLS handshake and with one line of HTTP. Undefined: nobody says anything.
 */
export async function whoAnswers(
  context: Context,
  access: Pick<Access, 'target' | 'host'>,
  start: Uint8Array,
): Promise<string | undefined> {
  if (start.length > 0) return latin1(start);
  if (await speaksTls(context, access)) return tlsFromTheFirstByte;
  const bytes = await answerTo(context, access, encodeText('HEAD / HTTP/1.0\r\n\r\n'));
  return bytes.length > 0 ? latin1(bytes) : undefined;
}

async function speaksTls(
  context: Context,
  { target, host }: Pick<Access, 'target' | 'host'>,
): Promise<boolean> {
  const { clock, patience } = context;
  const timeout = clock.atMost(patience);
  try {
    const implicitTls = new TlsClient({ insecure: true, handshakeTimeout: timeout }).session(host);
    const { address, port } = target;
    const options = { host: address, port, implicitTls, timeout, signal: context.signal };
    const connection = await dialControl(options);
    connection.destroy();
    return true;
  } catch {
    context.signal.throwIfAborted();
    return false;
  }
}

async function answerTo(
  context: Context,
  { target }: Pick<Access, 'target'>,
  line: Uint8Array,
): Promise<Uint8Array> {
  const { clock, patience, signal } = context;
  const timeout = clock.atMost(patience);
  const answer = deferred<Uint8Array>();
  try {
    const connection = await dialControl({ host: target.address, port: target.port, timeout, signal });
    connection.handle({
      bytes: (chunk) => answer.resolve(chunk.slice(0, 256)),
      end: () => answer.resolve(new Uint8Array(0)),
      closed: () => answer.resolve(new Uint8Array(0)),
    });
    connection.write(line);
    const bytes = await orLate(answer.promise, Math.min(timeout, 2000));
    connection.destroy();
    return bytes ?? new Uint8Array(0);
  } catch {
    signal.throwIfAborted();
    return new Uint8Array(0);
  }
}

/** Byte by byte: it may be anything. */
function latin1(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes);
}
