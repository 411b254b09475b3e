import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { duoportCommand } from '@duoport/testkit';
import { type Owner, RawClient } from './raw-client.ts';
import { within } from './sockets.ts';

/** `duoport serve` in a process of its own, which can be killed. */
export interface ChildServer {
  readonly port: number;
  /** Connected and logged in. */
  login(owner?: Owner): Promise<RawClient>;
  /** The end by SIGKILL, with the processes that it has started. */
  kill(): Promise<void>;
}

export async function serveInChild(
  t: Owner,
  folder: string,
  options: {
    readonly port?: number;
    readonly uid?: number;
    /** Settings by their variables. */
    readonly env?: Readonly<Record<string, string>>;
    readonly flags?: readonly string[];
  } = {},
): Promise<ChildServer> {
  const { port: wanted = 0, uid, env, flags = [] } = options;
  const listen = ['--listen', `127.0.0.1:${wanted}`, '--user', 'u:p', '--json', ...flags];
  const [node, ...command] = duoportCommand;
  const child = spawn(node, [...command, 'serve', folder, ...listen], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { PATH: process.env['PATH'], HOME: '/nonexistent', TSX_DISABLE_CACHE: '1', ...env },
    ...(uid === undefined ? {} : { uid, gid: uid }),
  });
  t.after(() => child.kill('SIGKILL'));
  const port = await within('the server to be ready', ready(child));
  return {
    port,
    login: async (owner = t) => (await RawClient.connect(owner, { port })).login(),
    kill: async () => {
      const gone = new Promise((resolve) => child.once('exit', resolve));
      for (const worker of workersOf(child)) process.kill(worker, 'SIGKILL');
      child.kill('SIGKILL');
      await gone;
    },
  };
}

function ready(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`serve ended with ${code}`)));
    if (child.stdout === null) return;
    createInterface({ input: child.stdout }).on('line', (line) => {
      const event = JSON.parse(line) as { event: string; doors?: readonly { port: number }[] };
      if (event.event === 'ready') resolve(event.doors?.[0]?.port ?? 0);
    });
  });
}

function workersOf({ pid = 0 }: ChildProcess): readonly number[] {
  const path = `/proc/${pid}/task/${pid}/children`;
  return existsSync(path) ? readFileSync(path, 'utf8').split(' ').filter(Boolean).map(Number) : [];
}
