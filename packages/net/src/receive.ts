import { adopt } from './adopt.ts';
import { BlockIntake } from './block-intake.ts';
import type { ByteSink, PumpOptions } from './bytes.ts';
import { hiddenReset } from './hidden-reset.ts';
import { bypassOf } from './kernel/bypass.ts';
import type { RawStream } from './raw-stream.ts';
import { SinkWriter } from './sink-writer.ts';
import { type ReceiveFrom, StreamIntake } from './stream-intake.ts';
import type { Moved, ReceiveContext } from './transfer-context.ts';

/**
 * Receives on a TCP socket. Small files come as 'data' events; as soon as the peer sends faster than they are read, the
 * kernel writes straight into blocks of ours, which takes half the time.
 */
export function receivePlain(
  raw: RawStream,
  sink: ByteSink,
  options: PumpOptions,
  context: ReceiveContext,
): Promise<Moved> {
  return new Promise((resolve, reject) => {
    const settle = (error: unknown, moved: Moved | undefined) => (moved ? resolve(moved) : reject(error));
    const writer = new SinkWriter(sink, options);
    const bypass = bypassOf(raw, { sink, moved: () => writer.bytes }, options);
    const onFlood = () => {
      const blocks = new BlockIntake(writer, options, { context, settle, bypass });
      const socket = adopt(raw, blocks);
      if (socket) blocks.run(socket);
      else blocks.discard();
      return socket !== undefined;
    };
    // A tunnel's frames come in pieces, as TLS records do.
    const isWhole = raw.mustEnd !== true;
    const from = { stream: raw, socket: raw, isWhole, onFlood, bypass, hiddenReset: () => hiddenReset(raw) };
    new StreamIntake(from, writer, options, { context, settle }).run();
  });
}

/** Receives on a TLS socket. */
export function receiveTls(
  from: Pick<ReceiveFrom, 'stream' | 'socket' | 'bridge'>,
  sink: ByteSink,
  options: PumpOptions,
  context: ReceiveContext,
): Promise<Moved> {
  return new Promise((resolve, reject) => {
    const settle = (error: unknown, moved: Moved | undefined) => (moved ? resolve(moved) : reject(error));
    new StreamIntake(from, new SinkWriter(sink, options), options, { context, settle }).run();
  });
}
