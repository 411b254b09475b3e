import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { firewallRules, type PortRange } from '@duoport/firewall';
import { duoportCommand } from '@duoport/testkit';
import { locatePeers } from '../../../scripts/debian.mjs';
import { faultsOf, type ProxyName, programOf, startProxy } from './support/proxy.ts';
import { requests } from './support/requests.ts';
import { listenInARow } from './support/row.ts';

// Debian's own haproxy and nginx read what is written for them, and run with it. Everything stays on the loopback.

const outer = '127.0.0.2';
const inner = '127.0.0.1';

for (const proxy of ['haproxy', 'nginx'] as const) {
  test(`${proxy} itself finds no fault in what is written for it`, (context) => {
    const program = programOf(proxy, context);
    if (program === undefined) return;
    const answers = requests.map((request) => firewallRules(proxy, request));
    const texts = new Set(answers.flatMap((answer) => (answer.kind === 'rules' ? [answer.apply] : [])));
    assert.ok(texts.size > 2);
    for (const text of texts) assert.equal(faultsOf(proxy, program, ofThisMachine(text)), '');
  });

  test(`${proxy} leads each port to its port, and turns strangers away`, async (context) => {
    const program = programOf(proxy, context);
    if (program === undefined) return;
    const width = 3;
    await using servers = await listenInARow(inner, width);
    const control = servers.first;
    const passivePorts = { low: control + 1, high: control + width - 1 };
    for (const [clients, welcome] of [
      [[], true],
      [['127.0.0.0/8'], true],
      [['192.0.2.0/24'], false],
    ] as const) {
      const { text, shift } = rulesFor(proxy, { control, passivePorts, clients });
      const ready = { host: outer, port: control + shift };
      await using _running = await startProxy(proxy, { program, text, ready });
      for (let port = control; port <= passivePorts.high; port += 1) {
        assert.equal(await said(port + shift), welcome ? `${port}` : '', `${clients} ${port}`);
      }
    }
  });

  test(`FTP passes ${proxy}: PASV and EPSV, lists, fetches and stores, with other ports outside`, async (context) => {
    const program = programOf(proxy, context);
    if (program === undefined) return;
    const passivePorts = await freeRange();
    const shift = shiftOf(passivePorts.low);
    await using server = await serve([
      `--passive-ports=${passivePorts.low}-${passivePorts.high}`,
      `--passive-address=${outer}:${shift < 0 ? '-' : '+'}${Math.abs(shift)}`,
    ]);
    const { text } = rulesFor(proxy, { control: server.port, passivePorts, clients: ['127.0.0.0/8'], shift });
    const control = server.port + shift;
    await using _running = await startProxy(proxy, { program, text, ready: { host: outer, port: control } });
    await writeFile(join(server.folder, 'a.txt'), 'through the proxy');
    const url = `ftp://u:p@${outer}:${control}`;
    // Told not to skip it, curl dials the address of the 227 reply.
    for (const mode of [['--disable-epsv', '--no-ftp-skip-pasv-ip'], ['--ftp-pasv']]) {
      assert.match(await curl([...mode, `${url}/`]), /a\.txt/);
      assert.equal(await curl([...mode, `${url}/a.txt`]), 'through the proxy');
      await curl([...mode, '-T', join(server.folder, 'a.txt'), `${url}/b.txt`]);
      assert.equal(await readFile(join(server.folder, 'b.txt'), 'utf8'), 'through the proxy');
      await rm(join(server.folder, 'b.txt'));
    }
  });
}

/** nginx binds the addresses while it checks, so they become such as this machine has, on ports for everybody. */
function ofThisMachine(text: string): string {
  return text
    .replaceAll('198.51.100.1:', `${outer}:`)
    .replaceAll('[2001:db8:ffff::1]:', '[::1]:')
    .replaceAll(/(0\.0\.0\.0|\[::\]|\[::1\]):21\b/g, '$1:42121');
}

interface Ports {
  readonly control: number;
  readonly passivePorts: PortRange;
  readonly clients: readonly string[];
  readonly shift?: number;
}

/** Other ports outside than inside, so that nothing works by chance. */
function rulesFor(
  proxy: ProxyName,
  { control, passivePorts, clients, shift = shiftOf(control) }: Ports,
): { readonly text: string; readonly shift: number } {
  const publicControlPorts = [control + shift];
  const nat = {
    kind: 'forward',
    server: inner,
    publicAddress: outer,
    portOffset: shift,
    publicControlPorts,
  } as const;
  const modes = ['passive'] as const;
  const answer = firewallRules(proxy, {
    side: 'middle',
    modes,
    controlPorts: [control],
    passivePorts,
    clients,
    nat,
  });
  assert.equal(answer.kind, 'rules');
  return { text: answer.kind === 'rules' ? answer.apply : '', shift };
}

function shiftOf(port: number): number {
  return port > 40_000 ? -1000 : 1000;
}

/** Ports in a row that were free a moment ago. */
async function freeRange(): Promise<PortRange> {
  await using row = await listenInARow(inner, 8);
  return { low: row.first, high: row.first + 7 };
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

interface Serving extends AsyncDisposable {
  readonly folder: string;
  readonly port: number;
}

/** `duoport serve` on the inner address. */
async function serve(flags: readonly string[]): Promise<Serving> {
  const folder = await mkdtemp(join(tmpdir(), 'duoport-serve-'));
  const words = ['serve', folder, '--listen', `${inner}:0`, '--user', 'u:p', '--json', ...flags];
  const [node, ...command] = duoportCommand;
  const child = spawn(node, [...command, ...words], { stdio: ['ignore', 'pipe', 'inherit'] });
  const exit = once(child, 'exit');
  const stop = async (): Promise<void> => {
    child.kill('SIGKILL');
    await exit;
    await rm(folder, { recursive: true, force: true });
  };
  try {
    return { folder, port: await portOf(child), [Symbol.asyncDispose]: stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** The first event of `--json` tells where the server listens. */
async function portOf(child: ChildProcess): Promise<number> {
  assert.ok(child.stdout);
  for await (const line of createInterface({ input: child.stdout })) {
    const event = JSON.parse(line) as { readonly doors?: readonly { readonly port: number }[] };
    const [door] = event.doors ?? [];
    if (door !== undefined) return door.port;
  }
  throw new Error('The server ended');
}

/** What curl puts out; fails with what it says when it does not work. */
async function curl(words: readonly string[]): Promise<string> {
  const program = locatePeers().paths.curl ?? 'curl';
  const child = spawn(program, ['-q', '-sS', '--max-time', '20', ...words]);
  let [out, talk] = ['', ''];
  child.stdout.on('data', (chunk) => {
    out += String(chunk);
  });
  child.stderr.on('data', (chunk) => {
    talk += String(chunk);
  });
  const [status] = await once(child, 'close');
  assert.equal(status, 0, `curl ${words.join(' ')}: ${talk}`);
  return out;
}
