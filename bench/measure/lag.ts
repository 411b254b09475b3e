import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

/** How late an event loop was since it was asked last, in milliseconds. */
export interface Lag {
  /** Half of the time it was not later. */
  readonly half: number;
  /** 99 % of the time it was not later. */
  readonly most: number;
  readonly worst: number;
}

/** What makes a Node process tell its lag: arguments of `node`, and the environment. */
export function withLagProbe(socket: string): {
  readonly args: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
} {
  const probe = fileURLToPath(new URL('lag-probe.mjs', import.meta.url));
  return { args: ['--import', probe], environment: { DUOPORT_LAG_SOCKET: socket } };
}

export async function lagOf(socket: string): Promise<Lag> {
  return JSON.parse(await text(connect(socket))) as Lag;
}
