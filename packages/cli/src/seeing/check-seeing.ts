import { access, constants, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Effective } from '../config/load-settings.ts';
import { printable } from '../printable.ts';
import { UsageError } from '../usage-error.ts';

/** Whether the folders of log files and the programs of hooks are there. Throws UsageError that names the line. */
export async function checkSeeing({ settings: { logs, hooks = [] }, origins }: Effective): Promise<void> {
  for (const name of ['file', 'xferlog', 'w3c'] as const) {
    const path = logs[name];
    if (path === undefined) continue;
    const folder = dirname(path);
    const facts = await stat(folder).catch(() => undefined);
    if (facts?.isDirectory() !== true)
      throw new UsageError(`${origins.where(`logs.${name}`)}There is no folder ${printable(folder)}.`);
  }
  for (const [index, { command, module }] of hooks.entries()) {
    const where = origins.where(`hooks.${index}.${command === undefined ? 'module' : 'command'}`);
    if (command !== undefined && !(await can(command, constants.X_OK)))
      throw new UsageError(`${where}${printable(command)} is no program that this user may start.`);
    if (module !== undefined && !(await can(module, constants.R_OK)))
      throw new UsageError(`${where}${printable(module)} is no file that this user may read.`);
  }
}

async function can(path: string, mode: number): Promise<boolean> {
  try {
    await access(path, mode);
    return (await stat(path)).isFile();
  } catch {
    return false;
  }
}
