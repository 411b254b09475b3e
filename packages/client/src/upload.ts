import { asciiToWire, type DataConnection, type TransferCount } from '@duoport/net';
import { FtpLocalError, FtpReplyError, isCompletion, type Reply } from '@duoport/protocol';
import { resultOf } from './download.ts';
import type { PutOptions, Source, TransferResult } from './options.ts';
import { type Sender, senderFor } from './sender.ts';
import { checkNames, isUnknown, type Session } from './session.ts';
import { transfer } from './transfer.ts';

/** STOR, APPE or STOU. See `FtpClient.put`, `append` and `putUnique`. */
export async function upload(
  session: Session,
  request: {
    readonly verb: 'STOR' | 'APPE' | 'STOU';
    readonly path: string | undefined;
    readonly source: Source;
    readonly options: PutOptions;
  },
): Promise<TransferResult> {
  const { verb, path, options } = request;
  checkNames(path);
  const started = performance.now();
  const sender = await senderFor(request.source);
  try {
    await session.setType(options.type ?? 'binary');
    const offset = await startOf(session, sender, path, options);
    const outcome = await transfer(session, {
      verb,
      argument: path,
      direction: 'send',
      offset,
      signal: options.signal,
      pump: (data, _agreed, alive) => send(session, { data, alive, sender, offset, options }),
    });
    const result = resultOf(outcome, offset, performance.now() - started);
    return verb === 'STOU' ? { ...result, path: uniqueName([outcome.agreed, outcome.reply]) } : result;
  } finally {
    await sender.close();
  }
}

async function startOf(
  session: Session,
  sender: Sender,
  path: string | undefined,
  options: PutOptions,
): Promise<number> {
  const resume = options.resume === true && path !== undefined;
  const offset = resume ? await sizeThere(session, path) : (options.offset ?? 0);
  if (!Number.isSafeInteger(offset) || offset < 0)
    throw new FtpLocalError(`${offset} is no position in a file`);
  if (offset === 0) return 0;
  if (options.type === 'ascii') {
    throw new FtpLocalError(
      "A transfer of type 'ascii' cannot start in the middle: line ends differ in length",
    );
  }
  if (resume && !sender.seekable)
    throw new FtpLocalError('A stream cannot be resumed: give a local path or bytes');
  const { size } = sender.from(0);
  if (size !== undefined && offset > size) {
    throw new FtpLocalError(
      `The source has ${size} bytes and cannot be continued at byte ${offset}; what is there is not its beginning`,
    );
  }
  return offset;
}

/** A file that is not there has nothing to keep. Anything else that hides the size makes resuming a guess. */
async function sizeThere(session: Session, path: string): Promise<number> {
  const reply = await session.call('SIZE', path);
  if (isCompletion(reply)) return Number(reply.lines[0]);
  if (reply.code === 550 && !isUnknown(reply)) return 0;
  throw new FtpReplyError({ verb: 'SIZE', reply });
}

interface Sending {
  readonly data: DataConnection;
  readonly alive: (bytes: number) => void;
  readonly sender: Sender;
  readonly offset: number;
  readonly options: PutOptions;
}

async function send(session: Session, facts: Sending): Promise<TransferCount> {
  const { data, sender, offset, options, alive } = facts;
  const source = sender.from(offset);
  const total = source.size === undefined ? undefined : offset + source.size;
  return await data.send(source, {
    offset,
    stallTimeout: session.settings.timeouts.stall,
    transform: options.type === 'ascii' ? asciiToWire() : undefined,
    onProgress: (bytes) => {
      alive(bytes);
      options.onProgress?.({ bytes, offset, total });
    },
  });
}

/** RFC 1123 §4.1.2.9: `150 FILE: name`, or 250 in place of the 150. */
export function uniqueName(replies: readonly Reply[]): string | undefined {
  for (const line of replies.flatMap((reply) => reply.lines)) {
    const name = /FILE:\s*(.+?)\s*$/i.exec(line)?.[1];
    if (name !== undefined) return name;
  }
  return undefined;
}
