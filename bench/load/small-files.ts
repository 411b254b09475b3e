import { encode, type Target } from './control.ts';
import type { Worker } from './pace.ts';
import { TransferSession } from './transfer.ts';

/** Bytes of every small file. */
export const smallBytes = 1024;
/** How many different names a session goes through. */
export const smallNames = 100;

/** Name of the n-th small file that a server's folder is filled with. */
export function smallName(index: number): string {
  return `small-${String(index % smallNames).padStart(3, '0')}`;
}

export interface SmallOptions {
  readonly direction: 'download' | 'upload';
  readonly mode: 'passive' | 'active';
  readonly sessions: number;
}

/** Sessions that fetch or store 1 KiB files, one after the other, each over a data connection of its own. */
export function smallFileWorkers(target: Target, options: SmallOptions): Promise<Worker[]> {
  return Promise.all(
    Array.from({ length: options.sessions }, async (_, index) => {
      const session = await TransferSession.open(target, { mode: options.mode });
      return options.direction === 'download' ? downloader(session) : uploader(session, index);
    }),
  );
}

function downloader(session: TransferSession): Worker {
  const commands = Array.from({ length: smallNames }, (_, i) => encode(`RETR ${smallName(i)}`));
  let turn = 0;
  return {
    async once() {
      const bytes = await session.download(pick(commands, turn++));
      if (bytes !== smallBytes) throw new Error(`${bytes} bytes came instead of ${smallBytes}`);
    },
    close: () => session.close(),
  };
}

function uploader(session: TransferSession, index: number): Worker {
  const commands = Array.from({ length: smallNames }, (_, i) => encode(`STOR up/s${index}-${i}`));
  let turn = 0;
  return {
    once: () => session.upload(pick(commands, turn++), smallBytes),
    close: () => session.close(),
  };
}

function pick(commands: readonly Uint8Array[], turn: number): Uint8Array {
  const command = commands[turn % commands.length];
  if (command === undefined) throw new Error('no commands');
  return command;
}
