import {
  accessSync,
  chownSync,
  closeSync,
  constants,
  fchownSync,
  fstatSync,
  mkdirSync,
  openSync,
} from 'node:fs';
import path from 'node:path';
import { type LowPortRight, lowPortRight } from '@duoport/net';
import { runtimeFolder } from '../admin/state.ts';
import type { Settings } from '../config/schema.ts';
import { printable } from '../printable.ts';
import type { ServePlan } from '../serve/plan.ts';
import { UsageError } from '../usage-error.ts';
import { type Identity, identityOf } from './identity.ts';

/** Goes on as another user, for good. Throws UsageError when something is not as that user needs it. */
export type Drop = () => void;

/**
 * What `process.user` asks for, to be done when the server listens. Undefined: nothing, or it is that user already. Throws UsageError for what
 * cannot be.
 */
export async function dropOf(
  { user, group }: Settings['process'],
  plan: ServePlan,
): Promise<Drop | undefined> {
  if (user === undefined) return undefined;
  const now = process.geteuid?.();
  if (now === undefined) throw new UsageError('process.user: this system has no users to change to.');
  const identity = await identityOf(user, group);
  if (now === identity.uid) return undefined;
  if (now !== 0)
    throw new UsageError(
      `process.user: only root can go on as ${printable(user)}; start the server as root, or as ${printable(user)}.`,
    );
  const right = needsLowPort(plan) ? await lowPortRight() : undefined;
  if (needsLowPort(plan) && right === undefined)
    throw new UsageError(
      `active.source-port: port ${plan.activeSourcePort} needs the right to bind it for every transfer, and ${printable(user)} can be given that on 64-bit Linux with the package koffi only. Choose a port from 1024 on, or have the service manager start the server as ${printable(user)} with CAP_NET_BIND_SERVICE.`,
    );
  return () => drop(identity, plan, right);
}

function needsLowPort({ modes, activeSourcePort = 1024 }: ServePlan): boolean {
  return modes.active && activeSourcePort < 1024;
}

function drop({ name, uid, gid, groups }: Identity, plan: ServePlan, right: LowPortRight | undefined): void {
  right?.keep();
  process.setgroups?.([...groups]);
  process.setgid?.(gid);
  const owner = { uid, gid: process.getgid?.() ?? uid };
  giveRuntimeFolder(owner.uid, owner.gid);
  if (plan.accounts?.startsWith('/') === true)
    for (const end of ['', '-wal', '-shm', '-journal']) giveFile(`${plan.accounts}${end}`, owner);
  process.setuid?.(uid);
  right?.hold();
  if (canBeRoot()) throw new Error('The right to be root could not be given up.');
  const folders = new Set([plan.folder, ...plan.users.map(({ folder }) => folder)]);
  for (const folder of folders) checkReadable(folder, name);
}

/** Where it is asked (`duoport reload`): its own, and nobody else's. */
function giveRuntimeFolder(uid: number, gid: number): void {
  const folder = runtimeFolder(process.env) ?? '/run/duoport';
  const own = path.join(folder, 'serve');
  try {
    mkdirSync(folder, { recursive: true, mode: 0o755 });
    mkdirSync(own, { recursive: true, mode: 0o700 });
    chownSync(own, uid, gid);
    // As the service manager says it, for this process and those that it starts.
    process.env['RUNTIME_DIRECTORY'] = folder;
  } catch {
    // A system without /run: it serves all the same, and is told what to do by signals.
  }
}

/** A database that root has made or opened: that user is to write to it. Of what lies in its place nothing is given that is not that very file. */
function giveFile(file: string, { uid, gid }: { readonly uid: number; readonly gid: number }): void {
  let fd: number | undefined;
  try {
    fd = openSync(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    const facts = fstatSync(fd);
    if (facts.isFile() && facts.nlink === 1 && facts.uid === 0) fchownSync(fd, uid, gid);
  } catch {
    // There is none, or it is none.
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}

function canBeRoot(): boolean {
  try {
    process.setuid?.(0);
    return true;
  } catch {
    return false;
  }
}

function checkReadable(folder: string, name: string): void {
  try {
    accessSync(folder, constants.R_OK | constants.X_OK);
  } catch (cause) {
    throw new UsageError(
      `${printable(folder)}: the user ${printable(name)} (process.user) may not read it: give it to that user.`,
      { cause },
    );
  }
}
