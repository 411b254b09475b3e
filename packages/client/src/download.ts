import { asciiToLocal, type DataConnection, modeOf, type TransferCount } from '@duoport/net';
import { FtpLocalError, FtpTransferError, isCompletion, type Reply } from '@duoport/protocol';
import type { Destination, GetOptions, TransferResult } from './options.ts';
import { type Receiver, receiverFor } from './receiver.ts';
import { checkNames, type Session } from './session.ts';
import { type Outcome, transfer } from './transfer.ts';

/** RETR. See `FtpClient.get`. */
export async function download(
  session: Session,
  request: { readonly path: string; readonly destination: Destination; readonly options: GetOptions },
): Promise<TransferResult> {
  const { path, options } = request;
  const receiver = receiverFor(request.destination);
  const started = performance.now();
  try {
    checkNames(path);
    const offset = await startOf(receiver, options);
    const type = options.type ?? 'binary';
    await session.setType(type);
    const size = type === 'binary' ? await sizeBefore(session, path, offset) : undefined;
    if (size !== undefined && offset > size) {
      throw new FtpLocalError(
        `${path} has ${size} bytes and cannot be continued at byte ${offset}; what is there is not its beginning`,
      );
    }
    const outcome = await transfer(session, {
      verb: 'RETR',
      argument: path,
      direction: 'receive',
      offset,
      signal: options.signal,
      pump: (data, agreed, alive) =>
        receive(session, { data, agreed, alive, receiver, size, offset, options, path }),
    });
    await receiver.finish().catch((cause) => {
      throw unwritten(path, outcome.count.bytes, cause);
    });
    return resultOf(outcome, offset, performance.now() - started);
  } catch (error) {
    await receiver.abandon(error);
    throw error;
  }
}

/** The server has sent all of it, and we could not keep it. */
function unwritten(path: string, bytes: number, cause: unknown): FtpTransferError {
  const why = cause instanceof Error ? cause.message : String(cause);
  const message = `RETR ${path}: all ${bytes} bytes came and could not be written: ${why}`;
  return new FtpTransferError(message, { direction: 'receive', bytes, resumable: false, cause });
}

/** What a caller learns of a transfer. */
export function resultOf(outcome: Outcome, offset: number, duration: number): TransferResult {
  const { count, reply, dataVerb, secure, reused, from, to } = outcome;
  const mode = modeOf(dataVerb);
  return {
    bytes: count.bytes,
    offset,
    mode,
    dataVerb,
    secure,
    reused,
    duration,
    reply,
    path: undefined,
    from,
    to,
  };
}

async function startOf(receiver: Receiver, options: GetOptions): Promise<number> {
  const held = options.resume === true ? await receiver.held() : undefined;
  if (options.resume === true && held === undefined) {
    throw new FtpLocalError('resume needs a local path as the destination; for a stream, give offset');
  }
  const offset = held ?? options.offset ?? 0;
  if (!Number.isSafeInteger(offset) || offset < 0)
    throw new FtpLocalError(`${offset} is no position in a file`);
  if (offset > 0 && options.type === 'ascii') {
    throw new FtpLocalError(
      "A transfer of type 'ascii' cannot start in the middle: line ends differ in length",
    );
  }
  return offset;
}

interface Receiving {
  readonly data: DataConnection;
  readonly agreed: Reply;
  readonly alive: (bytes: number) => void;
  readonly receiver: Receiver;
  readonly size: number | undefined;
  readonly offset: number;
  readonly options: GetOptions;
  readonly path: string;
}

async function receive(session: Session, facts: Receiving): Promise<TransferCount> {
  const { data, offset, options, alive } = facts;
  const binary = options.type !== 'ascii';
  const told = announcedSize(facts.agreed);
  session.tellsSize = told !== undefined;
  const size = binary ? (facts.size ?? told) : undefined;
  const sink = await facts.receiver.open(offset);
  const count = await data.receive(sink, {
    offset,
    stallTimeout: session.settings.timeouts.stall,
    transform: binary ? undefined : asciiToLocal(),
    // Where the size is known, a missing close_notify cannot hide a missing end.
    truncation: size === undefined ? session.settings.truncation : 'lenient',
    onProgress: (bytes) => {
      alive(bytes);
      options.onProgress?.({ bytes, offset, total: size });
    },
  });
  if (size !== undefined && offset + count.bytes < size) {
    const message = `the server announced ${size} bytes and its data connection ended after ${offset + count.bytes}`;
    throw new FtpTransferError(message, { direction: 'receive', bytes: count.bytes, resumable: true });
  }
  return count;
}

/**
 * Asks once; then again only for what goes on in the middle, and servers whose 150 does not tell the size.
 */
async function sizeBefore(session: Session, path: string, offset: number): Promise<number | undefined> {
  if ((session.tellsSize && offset === 0) || !session.has('SIZE')) return undefined;
  const reply = await session.call('SIZE', path);
  const size = Number(reply.lines[0]);
  return isCompletion(reply) && Number.isSafeInteger(size) ? size : undefined;
}

/** `150 Opening BINARY mode data connection for x (1234 bytes).` is the only form that does not round. */
export function announcedSize(reply: Reply): number | undefined {
  const found = /\((\d{1,16}) bytes?\)/i.exec(reply.lines.join(' '));
  const size = Number(found?.[1]);
  return Number.isSafeInteger(size) ? size : undefined;
}
