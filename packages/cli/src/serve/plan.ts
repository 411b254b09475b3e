import { randomInt } from 'node:crypto';
import { readdir, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { AdvertisedRule } from '@duoport/net';
import type { ServeFlags } from '../flags/serve-flags.ts';
import type { ModeSet, PortRange, UserSpec } from '../flags/values.ts';
import { printable } from '../printable.ts';
import { UsageError } from '../usage-error.ts';
import { type Certificate, certificateOf, checkCertificateFlags } from './certificate.ts';

/** One address to listen on. */
export interface PlannedListener {
  readonly host: string | undefined;
  readonly port: number;
  readonly implicitTls: boolean;
}

/** What `serve` is going to do: the flags, checked and with their defaults. */
export interface ServePlan {
  /** Absolute. */
  readonly folder: string;
  /** Undefined: the first free one of 21, 2121 and the ports after it. */
  readonly listen: readonly PlannedListener[] | undefined;
  readonly users: readonly UserSpec[];
  /** The password of the first user was made up. */
  readonly generated: boolean;
  readonly anonymous: boolean;
  readonly modes: ModeSet;
  readonly passivePorts: PortRange;
  readonly passiveAddress: readonly AdvertisedRule[] | undefined;
  /** Passive data connections come in on the control port; `passivePorts` is then of no use. */
  readonly singlePort: boolean;
  /** Processes that run sessions; with one it is this process. */
  readonly workers: number;
  /** Milliseconds. Undefined: the server's default. */
  readonly dataTimeout: number | undefined;
  readonly activeSourcePort: number | undefined;
  readonly certificate: Certificate | undefined;
  readonly requireTls: 'none' | 'control' | 'data' | 'both';
  /** A file at the top of the folder, for the ready-made command lines. */
  readonly sample: string | undefined;
}

export const defaultPassivePorts: PortRange = { low: 50_000, high: 50_100 };

/** Checks what the flags say against each other and against the disk. Throws UsageError that names the flag. */
export async function planServe(directory: string, flags: ServeFlags): Promise<ServePlan> {
  const folder = await readableFolder(directory);
  const modes = flags.modes ?? { passive: true, active: true };
  checkFlags(flags, modes);
  const generated = flags.user === undefined && flags.anonymous !== true;
  return {
    folder,
    listen: listeners(flags),
    users: generated ? [{ name: 'duoport', password: makePassword(), readOnly: false }] : (flags.user ?? []),
    generated,
    anonymous: flags.anonymous === true,
    modes,
    passivePorts: flags.passivePorts ?? defaultPassivePorts,
    passiveAddress: flags.passiveAddress,
    singlePort: flags.singlePort === true,
    workers: flags.workers ?? 1,
    dataTimeout: flags.dataTimeout,
    activeSourcePort: flags.activeSourcePort,
    certificate: await certificateOf(flags),
    requireTls: flags.requireTls ?? 'none',
    sample: await sampleFile(folder),
  };
}

async function readableFolder(directory: string): Promise<string> {
  const folder = resolve(directory);
  try {
    if (!(await stat(folder)).isDirectory()) {
      throw new UsageError(`${printable(directory)} is a file: name the folder that it is in.`);
    }
    await readdir(folder);
    return folder;
  } catch (cause) {
    if (cause instanceof UsageError) throw cause;
    const code = (cause as NodeJS.ErrnoException).code;
    const why =
      code === 'ENOENT' ? 'there is no such folder; make it, or name another' : `it cannot be read (${code})`;
    throw new UsageError(`${printable(directory)}: ${why}.`, { cause });
  }
}

function checkFlags(flags: ServeFlags, modes: ModeSet): void {
  const has = (flag: keyof ServeFlags): boolean => flags[flag] !== undefined;
  checkCertificateFlags(flags);
  if (!modes.passive && (has('passivePorts') || has('passiveAddress'))) {
    throw new UsageError(
      '--passive-ports and --passive-address are for passive mode, which --modes leaves out.',
    );
  }
  if (flags.singlePort === true && (!modes.passive || has('passivePorts'))) {
    throw new UsageError(
      '--single-port is passive mode without ports of its own: leave out --passive-ports, and keep passive in --modes.',
    );
  }
  const ports = flags.passivePorts ?? defaultPassivePorts;
  const room = ports.high - ports.low + 1;
  if (modes.passive && flags.singlePort !== true && (flags.workers ?? 1) > room) {
    throw new UsageError(
      `--workers ${flags.workers} needs a passive port for each: --passive-ports has ${room}.`,
    );
  }
  if (!modes.active && has('activeSourcePort')) {
    throw new UsageError('--active-source-port is for active mode, which --modes leaves out.');
  }
  const names = (flags.user ?? []).map((user) => user.name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined)
    throw new UsageError(`--user ${printable(twice)} is there twice: give each user once.`);
}

/** Undefined: nobody has said where. */
export function listeners(
  flags: Pick<ServeFlags, 'listen' | 'listenTls'>,
): readonly PlannedListener[] | undefined {
  const { listen, listenTls = [] } = flags;
  if (listen === undefined && listenTls.length === 0) return undefined;
  return [
    ...(listen ?? []).map((where) => ({ ...where, implicitTls: false })),
    ...listenTls.map((where) => ({ ...where, implicitTls: true })),
  ];
}

/** 12 letters and digits that cannot be taken for one another: 59 bits. */
function makePassword(): string {
  const alphabet = 'abcdefghjkmnpqrstuvwxyz23456789';
  const letters = Array.from({ length: 12 }, () => alphabet[randomInt(alphabet.length)]);
  return [letters.slice(0, 4), letters.slice(4, 8), letters.slice(8)].map((part) => part.join('')).join('-');
}

/** A file whose name needs no quoting anywhere makes the best example; then any other that can be printed. */
async function sampleFile(folder: string): Promise<string | undefined> {
  const entries = await readdir(folder, { withFileTypes: true });
  const files = entries.filter(
    (entry) => entry.isFile() && !entry.name.startsWith('.') && !entry.name.startsWith('-'),
  );
  const names = files.map((entry) => entry.name).sort();
  return (
    names.find((name) => /^[\w.-]+$/.test(name)) ??
    names.find((name) => printable(name) === name && !name.includes('\ufffd'))
  );
}
