import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { chmod, chown, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** A PostgreSQL server of its own, in a temporary folder, that listens on a socket in that folder. */
export interface PostgresServer extends AsyncDisposable {
  readonly url: string;
  /** As an administrator stops it: whoever is connected is cut off. */
  stop(): Promise<void>;
  start(): Promise<void>;
}

/** Where scripts/debian.mjs unpacks it on a machine that has none. */
const unpacked = fileURLToPath(new URL('../../../.cache/postgresql', import.meta.url));
/** Nobody: PostgreSQL does not run as root. */
const nobody = 65_534;

/** Debian keeps its programs in a folder for each version. Undefined: it is not installed. */
export function postgresPrograms(): string | undefined {
  for (const root of ['/usr/lib/postgresql', join(unpacked, 'usr/lib/postgresql')]) {
    if (!existsSync(root)) continue;
    const version = readdirSync(root).find((name) => existsSync(join(root, name, 'bin/initdb')));
    if (version !== undefined) return join(root, version, 'bin');
  }
  return undefined;
}

/** Of the unpacked packages; the system has the others. */
function librariesOf(tree: string): string {
  const folder = join(tree, 'usr/lib');
  const all = existsSync(folder) ? readdirSync(folder).filter((name) => name.includes('-linux-')) : [];
  return all.map((name) => join(folder, name)).join(':');
}

export async function startPostgres(programs: string): Promise<PostgresServer> {
  const folder = await mkdtemp(join(tmpdir(), 'duoport-postgres-'));
  const isRoot = process.getuid?.() === 0;
  if (isRoot) await chown(folder, nobody, nobody);
  await chmod(folder, 0o700);
  const data = join(folder, 'data');
  const options = {
    cwd: folder,
    env: { LC_ALL: 'C', PATH: process.env['PATH'], LD_LIBRARY_PATH: librariesOf(unpacked) },
    ...(isRoot ? { uid: nobody, gid: nobody } : {}),
  };
  const words = ['-D', data, '-U', 'duoport', '--auth=trust', '--no-sync', '-E', 'UTF8', '--locale=C'];
  const made = spawnSync(join(programs, 'initdb'), words, { ...options, encoding: 'utf8' });
  if (made.status !== 0) throw new Error(`initdb: ${made.error?.message ?? made.stderr}`);
  let running: ReturnType<typeof spawn> | undefined;
  const server: PostgresServer = {
    url: `postgres://duoport@/postgres?host=${encodeURIComponent(folder)}`,
    async start() {
      const child = spawn(
        join(programs, 'postgres'),
        ['-D', data, '-k', folder, '-h', '', '-F', '-c', 'max_connections=30'],
        { ...options, stdio: ['ignore', 'ignore', 'pipe'] },
      );
      running = child;
      const said: string[] = [];
      for await (const line of createInterface({ input: child.stderr })) {
        said.push(line);
        if (!line.includes('ready to accept connections')) continue;
        child.stderr.resume();
        return;
      }
      throw new Error(`PostgreSQL did not start: ${said.join('\n')}`);
    },
    async stop() {
      const child = running;
      running = undefined;
      if (child === undefined || child.exitCode !== null) return;
      const gone = once(child, 'exit');
      // Fast shutdown.
      child.kill('SIGINT');
      await gone;
    },
    async [Symbol.asyncDispose]() {
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
  await server.start();
  return server;
}
