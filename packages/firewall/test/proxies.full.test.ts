import assert from 'node:assert/strict';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { type FirewallRequest, firewallRules, type PortRange } from '@duoport/firewall';
import { ensurePeers, locatePeers } from '../../../scripts/debian.mjs';
import { requests } from './support/requests.ts';

// Debian's own haproxy and nginx read what is written for them, and run with it. Everything stays on the loopback.

const outer = '127.0.0.2';
const inner = '127.0.0.1';
const width = 3;

type Proxy = 'haproxy' | 'nginx';

for (const proxy of ['haproxy', 'nginx'] as const) {
  test(`${proxy} itself finds no fault in what is written for it`, (context) => {
    const program = programOf(proxy, context);
    if (program === undefined) return;
    using folder = temporaryFolder();
    const texts = new Set(
      requests
        .map((request) => firewallRules(proxy, request))
        .flatMap((answer) => (answer.kind === 'rules' ? [answer.apply] : [])),
    );
    assert.ok(texts.size > 2);
    for (const text of texts) {
      // nginx binds the addresses while it checks, so the check has the ones that this machine has.
      const local = text
        .replaceAll('198.51.100.1:', `${outer}:`)
        .replaceAll('[2001:db8:ffff::1]:', '[::1]:')
        .replaceAll(/(0\.0\.0\.0|\[::\]|\[::1\]):21\b/g, '$1:42121');
      const argv = configured({ proxy, folder: folder.path, text: local, check: true });
      const run: { status: number | null; stdout: string; stderr: string } = spawnSync(program, argv, {
        encoding: 'utf8',
        env: environment(),
      });
      assert.equal(run.status, 0, `${run.stdout}${run.stderr}${local}`);
    }
  });

  test(`${proxy} leads each port to its port, and turns strangers away`, async (context) => {
    const program = programOf(proxy, context);
    if (program === undefined) return;
    await using servers = await listenInARow(context);
    const ports = { low: servers.first + 1, high: servers.first + width - 1 };
    for (const [clients, welcome] of [
      [[], true],
      [['127.0.0.0/8'], true],
      [['192.0.2.0/24'], false],
    ] as const) {
      await relayed({ proxy, program, clients, ports, control: servers.first, welcome });
    }
  });
}

interface Relayed {
  readonly proxy: Proxy;
  readonly program: string;
  readonly clients: readonly string[];
  readonly control: number;
  readonly ports: PortRange;
  readonly welcome: boolean;
}

/** Starts the proxy with the rules and dials every port of its outside. */
async function relayed({ proxy, program, clients, control, ports, welcome }: Relayed): Promise<void> {
  const shift = control > 40_000 ? -1000 : 1000;
  const request: FirewallRequest = {
    side: 'middle',
    modes: ['passive'],
    controlPorts: [control],
    passivePorts: ports,
    clients,
    nat: {
      kind: 'forward',
      server: inner,
      publicAddress: outer,
      portOffset: shift,
      publicControlPorts: [control + shift],
    },
  };
  const answer = firewallRules(proxy, request);
  assert.equal(answer.kind, 'rules');
  using folder = temporaryFolder();
  const text = answer.kind === 'rules' ? answer.apply : '';
  const argv = configured({ proxy, folder: folder.path, text, check: false });
  const child = spawn(program, argv, { stdio: ['ignore', 'ignore', 'pipe'], env: environment() });
  try {
    await answers(child, control + shift);
    for (let port = control; port <= ports.high; port += 1) {
      assert.equal(await said(port + shift), welcome ? `${port}` : '', `${clients} ${port}`);
    }
  } finally {
    child.kill();
    await once(child, 'exit');
  }
}

/** Servers on ports in a row that say their own number to whoever comes. */
async function listenInARow(context: TestContext): Promise<AsyncDisposable & { readonly first: number }> {
  for (let attempt = 0; attempt < 20; attempt += 1) {
    const servers: Server[] = [];
    const close = async (): Promise<void> => {
      await Promise.all(servers.map((server) => new Promise((done) => server.close(done))));
    };
    try {
      const first = await listening(servers, 0);
      for (let port = first + 1; port < first + width; port += 1) await listening(servers, port);
      return { first, [Symbol.asyncDispose]: close };
    } catch (error) {
      await close();
      context.diagnostic(String(error));
    }
  }
  throw new Error('No free ports in a row');
}

async function listening(servers: Server[], wanted: number): Promise<number> {
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.end(String(socket.localPort));
  });
  server.listen(wanted, inner);
  await once(server, 'listening');
  servers.push(server);
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

/** Everything that comes from a port of the proxy; empty when it turns us away. */
async function said(port: number): Promise<string> {
  const socket = connect(port, outer);
  let text = '';
  socket.setEncoding('utf8');
  socket.on('data', (chunk) => {
    text += chunk;
  });
  const failed = await new Promise<NodeJS.ErrnoException | undefined>((done) => {
    socket.once('close', () => done(undefined));
    socket.once('error', done);
  });
  if (failed?.code === 'ECONNREFUSED') throw failed;
  return text;
}

/** Until the proxy listens: dials again as long as it is refused and the proxy lives. */
async function answers(child: ChildProcess, port: number): Promise<void> {
  let talk = '';
  child.stderr?.on('data', (chunk) => {
    talk += String(chunk);
  });
  while (child.exitCode === null) {
    const socket: Socket = connect(port, outer);
    const up = await new Promise<boolean>((done) => {
      socket.once('connect', () => done(true));
      socket.once('error', () => done(false));
    });
    socket.destroy();
    if (up) return;
  }
  throw new Error(`The proxy ended: ${talk}`);
}

interface Configured {
  readonly proxy: Proxy;
  readonly folder: string;
  readonly text: string;
  readonly check: boolean;
}

/** The file that is written, and around it what an administrator has anyway. */
function configured({ proxy, folder, text, check }: Configured): readonly string[] {
  const file = join(folder, 'duoport.conf');
  writeFileSync(file, text);
  if (proxy === 'haproxy') return check ? ['-c', '-f', file] : ['-db', '-f', file];
  const main = join(folder, 'nginx.conf');
  const module = join(locatePeers().tree, 'usr/lib/nginx/modules/ngx_stream_module.so');
  writeFileSync(
    main,
    `load_module ${module};\npid ${folder}/pid;\nerror_log stderr;\ndaemon off;\nmaster_process off;\nevents {}\nstream { include ${file}; }\n`,
  );
  return ['-p', folder, '-e', 'stderr', '-c', main, ...(check ? ['-t'] : [])];
}

function environment(): NodeJS.ProcessEnv {
  return { ...process.env, ...locatePeers().environment };
}

function programOf(proxy: Proxy, context: TestContext): string | undefined {
  const { paths, missing } = ensurePeers();
  if (paths[proxy] === undefined) {
    context.skip(missing.find(({ name }) => name === proxy)?.reason ?? `no ${proxy}`);
  }
  return paths[proxy];
}

function temporaryFolder(): Disposable & { readonly path: string } {
  const path = mkdtempSync(join(tmpdir(), 'duoport-proxy-'));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}
