import { manyEntries } from '../servers/server.ts';
import { encode, type Target } from './control.ts';
import type { Worker } from './pace.ts';
import { TransferSession } from './transfer.ts';

/** One session that lists a folder of 10,000 files again and again. */
export async function listingWorker(target: Target, verb: 'LIST' | 'MLSD'): Promise<Worker> {
  const session = await TransferSession.open(target, { mode: 'passive' });
  await session.control.ask(encode('CWD many'), '250');
  const command = encode(verb);
  return {
    async once() {
      const bytes = await session.download(command);
      // Lines have different forms and lengths, but none is shorter than its name, type and size.
      if (bytes < manyEntries * 30) throw new Error(`${bytes} bytes are not ${manyEntries} lines`);
    },
    close: () => session.close(),
  };
}
