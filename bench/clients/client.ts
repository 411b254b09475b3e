import { mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { PeerPaths } from '../../scripts/debian.mjs';
import { type ProgramOptions, runProgram } from '../servers/program.ts';
import type { Server } from '../servers/server.ts';
import { largeBytes, miniBytes, miniFiles, type Supplies } from '../servers/supplies.ts';

/** What a client is asked to move, one after the other over one session. */
export interface Task {
  readonly direction: 'download' | 'upload';
  /** 5,000 files of 2 KiB, or one of 1 GiB. */
  readonly what: 'mini' | 'large';
}

/** A task with all its places. Remote names are relative to the folder where the session begins. */
export interface Job extends Task {
  readonly server: Server;
  readonly supplies: Supplies;
  readonly found: PeerPaths;
  /** Empty local folder that downloads go to. */
  readonly folder: string;
  /** Local folder for files that the client is told by. */
  readonly scratch: string;
}

export interface ClientKind {
  readonly name: string;
  /** The command that does the job over a plain connection in passive mode and exits with 0. */
  command(job: Job): ProgramOptions;
}

/** Milliseconds after which a client is killed. */
const clientLimit = 60_000;

/** Seconds from the start of the client's process to its end; what it moved is checked. */
export async function timeClient(kind: ClientKind, job: Job): Promise<number> {
  const remote = join(job.server.root, 'up');
  const { direction, folder, scratch } = job;
  for (const path of [folder, scratch]) mkdirSync(path, { recursive: true });
  const target = direction === 'download' ? folder : remote;
  try {
    const options = kind.command(job);
    const begin = performance.now();
    await runProgram(options, clientLimit);
    const seconds = (performance.now() - begin) / 1000;
    checkMoved(target, job.what);
    return seconds;
  } finally {
    for (const path of [folder, scratch]) rmSync(path, { recursive: true, force: true });
    for (const name of readdirSync(remote)) rmSync(join(remote, name), { recursive: true });
  }
}

function checkMoved(folder: string, what: Task['what']): void {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  const bytes = files.reduce((sum, { name, parentPath }) => sum + statSync(join(parentPath, name)).size, 0);
  const [count, size] = what === 'mini' ? [miniFiles, miniFiles * miniBytes] : [1, largeBytes];
  if (files.length !== count || bytes !== size) {
    throw new Error(`it said 0, but ${files.length} files with ${bytes} bytes arrived`);
  }
}
