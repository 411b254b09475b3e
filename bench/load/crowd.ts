import { Control, encode, type Target } from './control.ts';
import type { Worker } from './pace.ts';
import { smallName } from './small-files.ts';
import { TransferSession } from './transfer.ts';

/** What came of many who logged in. */
interface Crowd {
  readonly sessions: readonly Control[];
  /** What was said to those who were not let in. */
  readonly refused: readonly string[];
}

/** Opens `count` sessions, 16 at a time. One that is not let in is counted, and the others go on. */
export async function gather(target: Target, count: number): Promise<Crowd> {
  const sessions: Control[] = [];
  const refused: string[] = [];
  let begun = 0;
  const opener = async () => {
    while (begun < count) {
      begun += 1;
      try {
        const control = await Control.open(target);
        sessions.push(control);
        await control.login(target);
      } catch (error) {
        refused.push(error instanceof Error ? error.message : String(error));
      }
    }
  };
  await Promise.all(Array.from({ length: 16 }, opener));
  return { sessions, refused };
}

const pieceBytes = 256 * 1024;

/** One of those who transfer: half of them fetch something large, a quarter fetch small files, a quarter store. */
export async function mover(target: Target, index: number): Promise<Worker> {
  const session = await TransferSession.open(target, { mode: 'passive' });
  const close = () => session.control.destroy();
  const large = encode('RETR medium');
  const small = encode(`RETR ${smallName(index)}`);
  const store = encode(`STOR up/crowd-${index}`);
  const fetch = async (command: Uint8Array, bytes: number) => {
    const came = await session.download(command);
    if (came !== bytes) throw new Error(`${came} bytes came instead of ${bytes}`);
  };
  if (index % 4 === 0) return { once: () => fetch(small, 1024), close };
  if (index % 4 === 1) return { once: () => session.upload(store, pieceBytes), close };
  return { once: () => fetch(large, mediumBytes), close };
}

/** Bytes of the file `medium`. */
export const mediumBytes = 4 * 1024 * 1024;
