import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { type TestContext, test } from 'node:test';
import { findPrograms } from '../src/drivers/programs.ts';
import { type RunningServer, startServer } from '../src/drivers/server.ts';
import {
  buildLab,
  duoportCommand,
  findTopology,
  type Lab,
  type Topology,
  whatLabLacks,
} from '../src/index.ts';
import {
  client,
  clientLan,
  clientRouter,
  homeRouter,
  internet,
  networks,
  server,
  serverLan,
  serverRouter,
  uplink,
  usualServer,
} from '../src/topologies/parts.ts';

// vsftpd where nobody can dial it, published by duoport relay: for clients behind a NAT of their own, and for its neighbours.

const skip = whatLabLacks() ?? false;
const relayAddress = '203.0.113.99';

/** Both ends have a NAT of their own; the server's lets nothing in, the client's has an FTP helper on 21. */
function apart(port: number): Topology {
  const base = findTopology('client-nat') ?? assert.fail();
  return {
    ...base,
    name: `relay-apart-${port}`,
    hosts: [
      client,
      { ...clientRouter, rules: homeRouter({ helper: [21] }) },
      internet,
      { name: 'relay', role: 'router', side: 'middle' },
      { ...serverRouter, rules: homeRouter() },
      server,
    ],
    links: [
      clientLan(networks.clientPrivate),
      uplink('internet', 'client-router', networks.clientUplink),
      uplink('internet', 'server-router', networks.serverUplink),
      serverLan(networks.serverPrivate),
      {
        ends: ['internet', 'relay'],
        ipv4: '203.0.113.96/29',
        addresses: ['203.0.113.97', relayAddress],
        names: ['relay', 'eth0'],
      },
    ],
    dial: { address: relayAddress, port },
    server: usualServer,
  };
}

/** Topology 14 without the tunnel that is part of it. */
function neighbours(port: 21 | 22): Topology {
  return { ...(findTopology(`relay-${port}`) ?? assert.fail()), agents: [] };
}

type Event = Readonly<Record<string, unknown>>;

/** Starts `duoport relay …` on a host; gives the first event of a kind. */
function relayCommand(t: TestContext, lab: Lab, where: { host: string; words: readonly string[] }) {
  const child = lab.start(where.host, [...duoportCommand(), 'relay', ...where.words, '--json'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  assert.ok(child.stdout !== null);
  const events: Event[] = [];
  const looking = new Set<() => void>();
  createInterface({ input: child.stdout }).on('line', (line) => {
    events.push(JSON.parse(line) as Event);
    for (const look of looking) look();
  });
  t.after(async () => {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill('SIGKILL');
      await once(child, 'close');
    }
  });
  return (kind: string): Promise<Event> =>
    new Promise((resolve, reject) => {
      const look = () => {
        const found = events.find(({ event }) => event === kind);
        if (found === undefined) return;
        looking.delete(look);
        resolve(found);
      };
      looking.add(look);
      child.once('exit', (code) => reject(new Error(`relay ${where.words[0]} ended with ${code}`)));
      look();
    });
}

interface Published {
  readonly lab: Lab;
  readonly vsftpd: RunningServer;
  readonly here: string;
  readonly relay: (kind: string) => Promise<Event>;
}

async function published(t: TestContext, lab: Lab, agentWords: readonly string[] = []): Promise<Published> {
  const vsftpd = await startServer(lab, 'vsftpd', {
    programs: await findPrograms(),
    duoport: duoportCommand(),
  });
  t.after(() => vsftpd.stop());
  const here = await mkdtemp(path.join(tmpdir(), 'duoport-relay-lab-'));
  t.after(() => rm(here, { recursive: true }));
  const { port } = lab.topology.dial;
  const state = path.join(here, 'relay');
  const serve = ['serve', '--control-ports', `${port}`, '--passive-ports', '50000-50020', '--state', state];
  const relay = relayCommand(t, lab, { host: 'relay', words: [...serve, '--public-name', relayAddress] });
  await relay('ready');
  const invite = [...duoportCommand(), 'relay', 'invite', 'office', '--state', state, '--json'];
  const { stdout } = await lab.run('relay', invite, { timeout: 20_000 });
  const { invitation } = JSON.parse(stdout) as { readonly invitation: string };
  const to = `ftp://${lab.topology.links.flatMap(addressOf).join('')}`;
  const connect = ['connect', '--to', to, '--invitation', invitation, '--state', path.join(here, 'agent')];
  await relayCommand(t, lab, { host: 'server', words: [...connect, ...agentWords] })('connected');
  return { lab, vsftpd, here, relay };
}

function addressOf({ ends, addresses }: Topology['links'][number]): string[] {
  const at = ends.indexOf('server');
  return at < 0 ? [] : [addresses?.[at] ?? ''];
}

/** Lists, fetches and stores with curl in the client's namespace; the first exit code that is not 0, or 0. */
async function tried({ lab, vsftpd, here }: Published, mode: readonly string[]): Promise<number | null> {
  const { address, port } = lab.topology.dial;
  const { folder } = vsftpd;
  const url = `ftp://${vsftpd.user}:${encodeURIComponent(vsftpd.password)}@${address}:${port}/`;
  const curl = async (words: readonly string[]) => {
    const argv = ['curl', '-sS', '--max-time', '20', ...mode, ...words];
    return await lab.run('client', argv, { timeout: 30_000 });
  };
  const listed = await curl([url]);
  if (listed.status !== 0) return listed.status;
  assert.match(listed.stdout, new RegExp(folder.sample.name));
  const file = path.join(here, 'fetched');
  const fetched = await curl(['-o', file, `${url}${folder.sample.name}`]);
  if (fetched.status !== 0) return fetched.status;
  assert.ok((await readFile(file)).equals(folder.sample.bytes));
  const name = `stored${mode.join('')}`;
  const stored = await curl(['-T', file, `${url}${folder.incoming}/${name}`]);
  if (stored.status !== 0) return stored.status;
  assert.ok(folder.arrived(name)?.equals(folder.sample.bytes));
  return 0;
}

const passive = [['--disable-epsv'], []];
const active = [
  ['--ftp-port', '-', '--disable-eprt'],
  ['--ftp-port', '-'],
];
/** curl: the server refused PORT and EPRT. */
const portRefused = 30;

for (const port of [21, 2121]) {
  test(`a vsftpd that nothing gets in to, clients behind their own NAT, port ${port}`, {
    skip,
  }, async (t) => {
    await using lab = await buildLab(apart(port));
    const place = await published(t, lab);
    for (const mode of passive) assert.equal(await tried(place, mode), 0, mode.join(' '));
    // Where the client's NAT has no helper its PORT names a private address.
    const expected = port === 21 ? 0 : portRefused;
    for (const mode of active) assert.equal(await tried(place, mode), expected, mode.join(' '));
  });
}

for (const port of [21, 22] as const) {
  test(`topology 14: client and server in one private network, port ${port}`, { skip }, async (t) => {
    await using lab = await buildLab(neighbours(port));
    const place = await published(t, lab);
    for (const mode of passive) assert.equal(await tried(place, mode), 0, mode.join(' '));
    const expected = port === 21 ? 0 : portRefused;
    for (const mode of active) assert.equal(await tried(place, mode), expected, mode.join(' '));
    const { address, data } = await place.relay('neighbours');
    assert.deepEqual([address, data], ['192.0.2.2', 'relay']);
  });

  test(`topology 14: the data stay in the private network, port ${port}`, { skip }, async (t) => {
    await using lab = await buildLab(neighbours(port));
    const place = await published(t, lab, ['--neighbours', 'private']);
    // curl obeys the address of a 227 only when it is told to; the 229 names none.
    const obeying = ['--disable-epsv', '--no-ftp-skip-pasv-ip'];
    for (const mode of [obeying, []]) assert.equal(await tried(place, mode), 0, mode.join(' '));
    const { vsftpd } = place;
    const url = `ftp://${vsftpd.user}:${encodeURIComponent(vsftpd.password)}@${relayAddress}:${port}/`;
    const argv = ['curl', '-sSv', '--max-time', '20', ...obeying, url];
    const { stderr } = await lab.run('client', argv, { timeout: 30_000 });
    assert.match(stderr, /Connecting to 192\.168\.50\.10 /);
    assert.equal((await place.relay('neighbours'))['data'], 'private');
  });
}
