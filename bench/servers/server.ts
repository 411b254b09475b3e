import { linkSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ensurePeers, type PeerPaths } from '../../scripts/debian.mjs';
import type { Target } from '../load/control.ts';
import { smallBytes, smallName, smallNames } from '../load/small-files.ts';
import { greeted } from './greeting.ts';
import { claimPorts, type PortBlock, releasePorts } from './ports.ts';
import { Program, type ProgramOptions } from './program.ts';
import { fillMini, type Supplies } from './supplies.ts';
import { giveToSessions, Workspace } from './workspace.ts';

/** A server under measurement. */
export interface Server {
  readonly name: string;
  readonly target: Target;
  /** The folder that it serves. */
  readonly root: string;
  /** Whether uploads end up in files; the ceiling throws them away. */
  readonly stores: boolean;
  /** Its first process; sessions may have processes of their own below it. */
  readonly pid: number;
  /** Further processes, beside that one. */
  readonly beside?: readonly number[];
  log(): string;
  stop(): Promise<void>;
}

export interface ServerKind {
  readonly name: string;
  /** Verbs that it does not have. */
  readonly lacks: readonly string[];
  start(supplies: Supplies): Promise<Server>;
}

/** What a server needs to write its configuration. */
export interface Setting {
  readonly ports: PortBlock;
  readonly root: string;
  readonly workspace: Workspace;
  readonly supplies: Supplies;
  readonly found: PeerPaths;
}

export const host = '127.0.0.1';
export const user = 'bench';
export const password = 'bench-word';
/** Entries of the folder `many`. */
export const manyEntries = 10_000;

/** Fills a folder, starts the program that `configure` names, and waits until it greets. */
export async function startServer(
  name: string,
  supplies: Supplies,
  configure: (setting: Setting) => ProgramOptions,
): Promise<Server> {
  const workspace = new Workspace(`bench-${name}`);
  const ports = await claimPorts();
  let program: Program | undefined;
  const stop = async () => {
    await program?.stop();
    releasePorts(ports);
    workspace.remove();
  };
  try {
    const root = workspace.folder('root');
    fill(root, supplies);
    const running = new Program(configure({ ports, root, workspace, supplies, found: ensurePeers() }));
    program = running;
    await greeted(running, { host, port: ports.control });
    const target = { host, port: ports.control, user, password };
    const stores = name !== 'ceiling';
    return { name, target, root, stores, pid: running.pid, log: () => running.output, stop };
  } catch (error) {
    const said = program?.output ?? '';
    await stop();
    throw new Error(`${name} did not start: ${error instanceof Error ? error.message : error} ${said}`);
  }
}

function fill(root: string, supplies: Supplies): void {
  for (const folder of ['many', 'mini', 'up']) mkdirSync(join(root, folder));
  fillMini(join(root, 'mini'));
  for (let i = 0; i < smallNames; i += 1)
    writeFileSync(join(root, smallName(i)), Buffer.alloc(smallBytes, 0x61));
  for (let i = 0; i < manyEntries; i += 1) {
    writeFileSync(join(root, 'many', `file-${String(i).padStart(5, '0')}.txt`), 'x'.repeat(i % 7));
  }
  linkSync(supplies.largeFile, join(root, 'large'));
  for (const path of [root, join(root, 'up')]) giveToSessions(path);
}
