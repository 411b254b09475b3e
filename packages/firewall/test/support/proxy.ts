import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { ensurePeers, locatePeers } from '../../../../scripts/debian.mjs';

export type ProxyName = 'haproxy' | 'nginx';

/** Where the program is. Without it the test says that it is skipped, and why. */
export function programOf(proxy: ProxyName, context: TestContext): string | undefined {
  const { paths, missing } = ensurePeers();
  if (paths[proxy] === undefined) {
    context.skip(missing.find(({ name }) => name === proxy)?.reason ?? `no ${proxy}`);
  }
  return paths[proxy];
}

/** What the program itself says of a file: empty when it finds no fault. */
export function faultsOf(proxy: ProxyName, program: string, text: string): string {
  using folder = temporaryFolder();
  const argv = argvOf(proxy, { folder: folder.path, text, check: true });
  const run = spawnSync(program, argv, { encoding: 'utf8', env: environment() });
  return run.status === 0 ? '' : `${run.stdout}${run.stderr}${text}`;
}

/** The program, running with this file. `ready`: an endpoint that it listens on. */
export async function startProxy(
  proxy: ProxyName,
  { program, text, ready }: { program: string; text: string; ready: { host: string; port: number } },
): Promise<AsyncDisposable> {
  const folder = temporaryFolder();
  const argv = argvOf(proxy, { folder: folder.path, text, check: false });
  const child = spawn(program, argv, { stdio: ['ignore', 'ignore', 'pipe'], env: environment() });
  const exit = once(child, 'exit');
  const stop = async (): Promise<void> => {
    child.kill();
    await exit;
    folder[Symbol.dispose]();
  };
  try {
    await listens(child, ready);
  } catch (error) {
    await stop();
    throw error;
  }
  return { [Symbol.asyncDispose]: stop };
}

/** Dials again as long as it is refused and the program lives. */
async function listens(child: ChildProcess, { host, port }: { host: string; port: number }): Promise<void> {
  let talk = '';
  child.stderr?.on('data', (chunk) => {
    talk += String(chunk);
  });
  while (child.exitCode === null && child.signalCode === null) {
    const socket = connect(port, host);
    const up = await new Promise<boolean>((done) => {
      socket.once('connect', () => done(true));
      socket.once('error', () => done(false));
    });
    socket.destroy();
    if (up) return;
  }
  throw new Error(`The proxy ended: ${talk}`);
}

interface Setting {
  readonly folder: string;
  readonly text: string;
  readonly check: boolean;
}

/** The file that is written, and around it what an administrator has anyway. */
function argvOf(proxy: ProxyName, { folder, text, check }: Setting): readonly string[] {
  const file = join(folder, 'duoport.conf');
  writeFileSync(file, text);
  if (proxy === 'haproxy') return check ? ['-c', '-f', file] : ['-db', '-f', file];
  const main = join(folder, 'nginx.conf');
  const module = join(locatePeers().tree, 'usr/lib/nginx/modules/ngx_stream_module.so');
  const lines = [
    `load_module ${module};`,
    `pid ${folder}/pid;`,
    'error_log stderr;',
    'daemon off;',
    'master_process off;',
    'events {}',
    `stream { include ${file}; }`,
  ];
  writeFileSync(main, `${lines.join('\n')}\n`);
  return ['-p', folder, '-e', 'stderr', '-c', main, ...(check ? ['-t'] : [])];
}

function environment(): NodeJS.ProcessEnv {
  return { ...process.env, ...locatePeers().environment };
}

function temporaryFolder(): Disposable & { readonly path: string } {
  const path = mkdtempSync(join(tmpdir(), 'duoport-proxy-'));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}
