import { decodeFeat, isCompletion } from '@duoport/protocol';
import type { Session } from './session.ts';

/** What FEAT tells; nothing when the server has no FEAT. */
export async function askFeatures(session: Session): Promise<ReadonlyMap<string, readonly string[]>> {
  const reply = await session.call('FEAT');
  return isCompletion(reply) ? decodeFeat(reply).lines : new Map();
}
