import { randomBytes } from 'node:crypto';
import { networkInterfaces } from 'node:os';
import { parseFtpUrl, type Target } from '@duoport/client';
import { TlsClient } from '@duoport/net';
import { ListingParser } from '@duoport/protocol';
import type { Observations } from '../observations.ts';
import type { DoctorOptions } from '../options.ts';
import { Clock } from './clock.ts';
import type { Access, Context } from './context.ts';
import { planShares } from './plan.ts';
import { Sight } from './sight.ts';

/** Everything that a run writes into: complete at every moment, so that a run may end at every moment. */
export type Findings = { -readonly [Key in keyof Observations]: Observations[Key] };

export function emptyFindings(options: DoctorOptions, target: Target): Findings {
  const { host, secure, user } = target;
  const port = target.port ?? (options.tls === 'implicit' ? 990 : 21);
  const shown = host.includes(':') ? `[${host}]` : host;
  return {
    url: `${secure ? 'ftps' : 'ftp'}://${shown}:${port}/${encodeURI(target.path)}`,
    started: new Date().toISOString(),
    took: 0,
    asked: {
      activePorts: options.portRange,
      externalAddress: options.externalAddress,
      user: options.user ?? user,
    },
    machine: ownAddresses(),
    host,
    port,
    addresses: [],
    local: undefined,
    control: {
      dial: undefined,
      greeting: undefined,
      foreign: undefined,
      system: undefined,
      feat: [],
      tlsOffered: false,
      tls: undefined,
      login: undefined,
      broken: undefined,
    },
    attempts: [],
    passivePorts: [],
    traces: { control: undefined, data: undefined, other: undefined },
    punched: undefined,
    idle: undefined,
    sight: { packets: false, ttl: false },
  };
}

export function readUrl(options: DoctorOptions): Target {
  return parseFtpUrl(options.url);
}

/** Who logs in where. The password is the one that was given; anonymous servers are told an address that is none. */
export function accessOf(options: DoctorOptions, target: Target): Omit<Access, 'target'> {
  const user = options.user ?? target.user ?? 'anonymous';
  const password =
    options.password ?? target.password ?? (user === 'anonymous' ? 'doctor@duoport.invalid' : '');
  const { ca, fingerprint, insecure } = options;
  return {
    host: target.host,
    user,
    password,
    tls: new TlsClient({ ca, fingerprint, insecure }),
    implicit: false,
    probes: false,
    path: target.path,
  };
}

export async function openContext(
  options: DoctorOptions,
  findings: Findings,
  signal: AbortSignal,
): Promise<Context> {
  const budget = options.budget ?? defaultBudget;
  const shares = planShares(budget, options.patience);
  const sight = await Sight.open(signal);
  findings.sight = { packets: sight.packets, ttl: sight.ttl };
  return {
    options,
    clock: new Clock(budget - closingTime(budget)),
    sight,
    signal,
    patience: shares.patience,
    replyPatience: shares.reply,
    dialogues: new Set(),
    machine: findings.machine,
    passivePorts: [],
    distance: () => Promise.resolve(undefined),
    tell: (progress) => options.onProgress?.(progress),
  };
}

export const defaultBudget = 60_000;

/** Kept back for hanging up. */
function closingTime(budget: number): number {
  return Math.min(1000, budget / 10);
}

function ownAddresses(): readonly string[] {
  return Object.values(networkInterfaces()).flatMap((each) => (each ?? []).map(({ address }) => address));
}

/** A readable small file of a listing: the smallest that is not empty. */
export function smallFile(sample: Uint8Array, most: number): string | undefined {
  const parser = new ListingParser({ now: Date.now() });
  parser.push(sample);
  parser.end();
  let best: { name: string; size: number } | undefined;
  for (const { name, type, size } of parser.entries()) {
    if (type !== 'file' || size === undefined || size < 1 || size > most) continue;
    if (!/^[\w][\w .,+@()-]{0,200}$/.test(name)) continue;
    if (best === undefined || size < best.size) best = { name, size };
  }
  return best?.name;
}

/** 64 bits as letters. */
export function newNonce(): string {
  return [...randomBytes(16)].map((byte) => String.fromCharCode(0x61 + (byte & 15))).join('');
}
