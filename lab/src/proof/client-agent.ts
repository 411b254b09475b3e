// Runs on the client's host as long as the proof does: one attempt a line, as JSON, on standard input, and what became of
// it on standard output. Starting Node for each of a thousand attempts would take longer than all of them.
import { createInterface } from 'node:readline';
import { type ConnectOptions, connect, createHostMemory } from '@duoport/client';
import type { ByteSink } from '@duoport/net';
import type { Cell } from '../drivers/cell.ts';
import type { ClientFacts } from './attempt.ts';
import type { Outcome } from './clients.ts';

export interface AgentOrder extends Cell, ClientFacts {
  readonly id: number;
  readonly host: string;
  readonly user: string;
  readonly password: string;
  /** Milliseconds for each step. */
  readonly patience: number;
  /** A file that is there. */
  readonly sample: { readonly name: string; readonly bytes: number };
}

export type AgentAnswer = Outcome & { readonly id: number };

async function attempt(order: AgentOrder): Promise<Outcome> {
  const { host, sample } = order;
  try {
    const ftp = await connect(`ftp://${host.includes(':') ? `[${host}]` : host}/`, optionsOf(order));
    try {
      const names: string[] = [];
      for await (const { name } of ftp.list()) names.push(name);
      if (!names.includes(sample.name)) return { works: false, because: `no ${sample.name} in the listing` };
      let bytes = 0;
      const sink: ByteSink = {
        write: (chunks) => {
          for (const chunk of chunks) bytes += chunk.length;
        },
      };
      await ftp.get(sample.name, sink);
      if (bytes !== sample.bytes)
        return { works: false, because: `${bytes} bytes instead of ${sample.bytes}` };
      return { works: true };
    } finally {
      await ftp.close();
    }
  } catch (error) {
    return { works: false, because: error instanceof Error ? error.message : String(error) };
  }
}

function optionsOf(order: AgentOrder): ConnectOptions {
  const { user, password, verb, secure, patience, activePorts, externalAddress } = order;
  const wait = { connect: patience, reply: patience, dataOpen: patience, finalReply: patience };
  return {
    ...{ user, password, dataVerb: verb, insecure: true, binding: 'off', tls: secure ? 'explicit' : 'none' },
    // What one attempt learns is none of another's business.
    memory: createHostMemory(),
    ...(activePorts === undefined ? {} : { portRange: activePorts }),
    ...(externalAddress === undefined ? {} : { externalAddress }),
    timeouts: { ...wait, abort: Math.min(patience, 300), dataEnd: patience },
  };
}

createInterface({ input: process.stdin }).on('line', async (line) => {
  const order: AgentOrder = JSON.parse(line);
  process.stdout.write(`${JSON.stringify({ id: order.id, ...(await attempt(order)) })}\n`);
});
