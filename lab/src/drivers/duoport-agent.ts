// Runs on the client's host of a lab: does with @duoport/client what the JSON on standard input says, and answers in JSON.
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { type ConnectOptions, connect, createHostMemory, type FtpClient } from '@duoport/client';
import type { ByteSink } from '@duoport/net';
import type { ClientSpec } from '../topology.ts';
import { type Cell, type Failed, isPassive } from './cell.ts';
import { faultOfError } from './duoport-fault.ts';

export interface AgentOrder extends ClientSpec {
  readonly address: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  /** Milliseconds for a data connection to come about. */
  readonly patience: number;
  /** Name of the file to fetch. */
  readonly sample: string;
  /** Path of the file to store. */
  readonly upload: string;
  readonly cells: readonly (Cell & { readonly store: string })[];
}

interface AgentPart {
  readonly fault?: Omit<Failed, 'outcome' | 'took'> | undefined;
  readonly listing?: readonly string[] | undefined;
  /** Base 64. */
  readonly fetched?: string | undefined;
}

export interface AgentAnswer {
  readonly took: number;
  /** LIST and RETR. */
  readonly fetch: AgentPart;
  /** STOR; not tried where `fetch` has a fault. */
  readonly store: AgentPart;
}

async function tryCell(order: AgentOrder, cell: AgentOrder['cells'][number]): Promise<AgentAnswer> {
  const started = performance.now();
  const took = (): number => Math.round(performance.now() - started);
  let fetched: AgentPart | undefined;
  const mark = { since: performance.now() };
  try {
    const ftp = await connect(urlOf(order), optionsOf(order, cell));
    try {
      if (order.idle !== undefined) await new Promise((resolve) => setTimeout(resolve, order.idle));
      fetched = await fetchBoth(ftp, order, mark);
      mark.since = performance.now();
      await ftp.put(order.upload, cell.store);
      return { took: took(), fetch: fetched, store: {} };
    } finally {
      await ftp.close();
    }
  } catch (error) {
    const part = { fault: faultOfError(error, cell, performance.now() - mark.since) };
    return fetched === undefined
      ? { took: took(), fetch: part, store: {} }
      : { took: took(), fetch: fetched, store: part };
  }
}

async function fetchBoth(ftp: FtpClient, order: AgentOrder, mark: { since: number }): Promise<AgentPart> {
  const listing: string[] = [];
  mark.since = performance.now();
  for await (const { name } of ftp.list(undefined, { verb: 'LIST' })) listing.push(name);
  const got: Buffer[] = [];
  // The chunks are reused after the promise: they are copied.
  const sink: ByteSink = { write: (chunks) => void got.push(...chunks.map((chunk) => Buffer.from(chunk))) };
  mark.since = performance.now();
  await ftp.get(order.sample, sink);
  return { listing, fetched: Buffer.concat(got).toString('base64') };
}

function urlOf({ address, port }: AgentOrder): string {
  return `ftp://${address.includes(':') ? `[${address}]` : address}:${port}/`;
}

function optionsOf(order: AgentOrder, { verb, secure }: Cell): ConnectOptions {
  const { user, password, patience, activePorts, externalAddress, obeysPassiveAddress } = order;
  return {
    user,
    password,
    dataVerb: verb,
    tls: secure ? 'explicit' : 'none',
    insecure: true,
    passiveAddress: obeysPassiveAddress === true ? 'reply' : 'control',
    // What one cell learns is none of another's business.
    memory: createHostMemory(),
    ...(activePorts === undefined ? {} : { portRange: activePorts }),
    ...(order.anyActivePeer === true ? { activePeer: 'any' } : {}),
    ...(externalAddress === undefined ? {} : { externalAddress }),
    timeouts: {
      connect: patience * 2,
      reply: patience * 3,
      // Active mode: the server gives up first, and its reply says why.
      dataOpen: isPassive(verb) ? patience : patience + 2_000,
      stall: patience * 3,
      dataEnd: patience,
      finalReply: patience * 2,
      abort: patience,
    },
  };
}

async function main(): Promise<void> {
  const order: AgentOrder = JSON.parse(await text(process.stdin));
  const answers = await Promise.all(order.cells.map((cell) => tryCell(order, cell)));
  process.stdout.write(JSON.stringify(answers));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main();
