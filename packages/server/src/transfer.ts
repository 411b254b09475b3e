import type { ByteSource, ChunkTransform, DataConnection, TlsSession, TransferCount } from '@duoport/net';
import { FtpConnectionError, isFtpError, type Reply, reply } from '@duoport/protocol';
import type { DataSetup } from './data-setup.ts';
import { FilesError, type WriteHandle, type WritePlan } from './files/files.ts';
import { type HashAlgorithm, summing } from './files/hash.ts';
import { replyForError } from './reply-for-error.ts';

/** What a handler wants moved over the data connection. The transfer closes the source on every path. */
export type TransferPlan = SendPlan | ReceivePlan;

interface CommonPlan {
  /** Path or other name, for the 150 and the log. */
  readonly what: string;
  /** Text of the 150 where a standard asks for a certain one (STOU). */
  readonly preliminary?: string;
  readonly transform: ChunkTransform | undefined;
}

export interface SendPlan extends CommonPlan {
  readonly direction: 'send';
  readonly source: ByteSource;
  readonly offset: number;
  /** Bytes that will come, when known: told in the 150. */
  readonly size: number | undefined;
}

export interface ReceivePlan extends CommonPlan {
  readonly direction: 'receive';
  readonly plan: WritePlan;
  /** A checksum to compute on the way, for HASH to know it afterwards. */
  readonly checksum?: HashAlgorithm | undefined;
}

export interface TransferFacts {
  readonly setup: DataSetup;
  readonly typeName: 'BINARY' | 'ASCII';
  /** TLS for the data connection, when PROT P is in force. */
  readonly tls: TlsSession | undefined;
  readonly stallTimeout: number;
  readonly truncation: 'strict' | 'lenient';
  readonly signal: AbortSignal;
  preliminary(reply: Reply): void;
  progress(bytes: number): void;
}

/** How a transfer ended: its final reply and what was moved. */
export interface TransferEnd {
  readonly reply: Reply;
  readonly count: TransferCount | undefined;
  /** Where the file is, when it got another name than the plan said. */
  readonly path?: string;
}

/**
 * The one transfer of this server: 150, open the data connection, TLS, pump, and the truth in one final reply.
 *
 * A passive client may connect only after the 150, so it is sent first. An active one gets it when it was reached, so
 * that a 425 comes alone. The file of a STOR is made when the data connection stands, not before.
 */
export async function transfer(plan: TransferPlan, facts: TransferFacts): Promise<TransferEnd> {
  let connection: DataConnection | undefined;
  try {
    const intro = reply(150, plan.preliminary ?? introduction(plan, facts));
    const passive = facts.setup.kind === 'passive';
    if (passive) facts.preliminary(intro);
    connection = await facts.setup.open(facts.signal);
    if (!passive) facts.preliminary(intro);
    if (facts.tls !== undefined) {
      await connection.startTls(facts.tls, { signal: facts.signal, transfer: plan.direction });
      facts.setup.secured(connection);
    }
  } catch (error) {
    connection?.destroy();
    await close(plan);
    return { reply: notOpened(error, facts), count: undefined };
  }
  return plan.direction === 'send' ? send(plan, connection, facts) : receive(plan, connection, facts);
}

async function send(plan: SendPlan, connection: DataConnection, facts: TransferFacts): Promise<TransferEnd> {
  try {
    const { offset, transform } = plan;
    const count = await connection.send(plan.source, { ...pumpOptions(facts), offset, transform });
    return { reply: complete(count), count };
  } catch (error) {
    return { reply: broken(error, facts), count: undefined };
  }
}

async function receive(
  plan: ReceivePlan,
  connection: DataConnection,
  facts: TransferFacts,
): Promise<TransferEnd> {
  let handle: WriteHandle;
  try {
    handle = await plan.plan.open();
    if (plan.checksum !== undefined && handle.offset === 0) handle = summing(handle, plan.checksum);
  } catch (error) {
    connection.destroy();
    return { reply: broken(error, facts), count: undefined };
  }
  try {
    const { truncation } = facts;
    const options = { ...pumpOptions(facts), offset: handle.offset, transform: plan.transform, truncation };
    const count = await connection.receive(handle, options);
    if (handle.hidden === true && facts.tls === undefined) await stillThere(facts.signal, count);
    await handle.finish();
    const { path } = handle;
    return path === undefined
      ? { reply: complete(count), count }
      : { reply: complete(count, path), count, path };
  } catch (error) {
    await handle.abandon();
    return { reply: broken(error, facts), count: undefined };
  }
}

/** Milliseconds: what takes so long can wait a moment more. */
const long = 250;
const moment = 5;

/**
 * In the clear a client that dies ends its data connection as one does that is done. But then its control connection ends as well,
 * and that is known by the next turn of the event loop, or a moment later.
 */
async function stillThere(signal: AbortSignal, { duration }: TransferCount): Promise<void> {
  await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
  if (duration >= long && !signal.aborted) await new Promise((resolve) => setTimeout(resolve, moment));
  signal.throwIfAborted();
}

function pumpOptions({ signal, stallTimeout, progress }: TransferFacts) {
  return { signal, stallTimeout, onProgress: progress };
}

async function close(plan: TransferPlan): Promise<void> {
  if (plan.direction === 'send') await plan.source.close?.();
}

function introduction(plan: TransferPlan, { typeName, setup }: TransferFacts): string {
  const size = plan.direction === 'send' && plan.size !== undefined ? ` (${plan.size} bytes)` : '';
  const what = plan.what.replace(/[\0\r\n]/g, '?');
  return `Opening ${typeName} mode data connection for ${what}${size}, ${setup.description}.`;
}

function complete({ bytes, duration }: TransferCount, path?: string): Reply {
  const where = path === undefined ? '' : ` It is ${oneLine(path)} now.`;
  return reply(226, `Transfer complete: ${bytes} bytes in ${(duration / 1000).toFixed(3)} s.${where}`);
}

/** RFC 4217 §7 leaves the code of a refused data TLS open; 522 is what clients of vsftpd and its kin know. */
function notOpened(error: unknown, { signal }: TransferFacts): Reply {
  if (signal.aborted) return reply(426, 'Transfer aborted before the data connection was open.');
  if (error instanceof FtpConnectionError && error.phase === 'tls') return reply(522, oneLine(error.message));
  if (isFtpError(error)) return reply(425, oneLine(error.message));
  throw error;
}

function broken(error: unknown, { signal }: TransferFacts): Reply {
  if (signal.aborted) return reply(426, 'Transfer aborted.');
  if (error instanceof FilesError) return replyForError(error) ?? reply(451, oneLine(error.message));
  if (isFtpError(error)) return reply(426, oneLine(error.message));
  throw error;
}

function oneLine(text: string): string {
  return text.replace(/[\0\r\n]+/g, ' ');
}
