import type { ClientHttp2Stream } from 'node:http2';
import type { Endpoint } from '@duoport/protocol';
import { mover } from '../kernel/mover.ts';
import { breakOff } from './break-off.ts';
import { dialClear } from './dial-clear.ts';
import type { TunnelShortcut } from './tunnel-shortcut.ts';
import { shortcutPath, words } from './words.ts';

type Headers = Readonly<Record<string, string>>;

export interface Shortening {
  readonly stream: ClientHttp2Stream;
  readonly shortcut: TunnelShortcut;
  /** As seen from the relay. */
  readonly direction: 'in' | 'out';
  readonly at: Endpoint;
  readonly key: Buffer;
  /** Asks the agent on the line. */
  ask(path: string, facts: Headers, timeout: number): Promise<Headers>;
  /** Nobody is there, or somebody else. */
  lost(because: string): void;
  /** Both ends have it. */
  taken(): void;
}

/** The agent answers when it has sent all that goes over the line, which may be as slow as its server is. */
const whenever = 2 ** 31 - 1;

/** Gets a plain connection for a stream that has become long, and leads it there. Where none comes to be, the stream goes on. */
export async function shorten(how: Shortening): Promise<void> {
  const { stream, shortcut, direction, at, key, ask, lost, taken } = how;
  const { id } = stream;
  if (id === undefined || !mover.isReady) return;
  const socket = await dialClear(at, key, {
    stream: id,
    direction: direction === 'in' ? 'out' : 'in',
  }).catch((error: unknown) => lost(error instanceof Error ? error.message : String(error)));
  if (!socket) return;
  if (!shortcut.offer(socket, direction)) return void socket.destroy();
  taken();
  const which = { [words.stream]: String(id) };
  if (direction === 'in') {
    const told = await ask(shortcutPath, which, whenever);
    return shortcut.open(Number(told[words.at]));
  }
  shortcut.open();
  const place = { [words.at]: String(await shortcut.left) };
  // Without it the agent would wait for bytes that do not come.
  await ask(shortcutPath, { ...which, ...place }, whenever).catch(() => breakOff(stream));
}
