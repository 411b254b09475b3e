import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { locatePeers } from '../../scripts/debian.mjs';
import {
  buildLab,
  duoportCommand,
  findTopology,
  type Lab,
  type Topology,
  whatLabLacks,
} from '../src/index.ts';
import { linesOf } from './support/lines.ts';

// A server behind the router of a home, which opens ports when it is asked to: Debian's miniupnpd.

const peers = locatePeers();
const miniupnpd = peers.paths['miniupnpd'];
const skip = whatLabLacks() ?? (miniupnpd === undefined ? 'no miniupnpd (Debian package miniupnpd)' : false);

// It takes the documentation networks of the other topologies for private: nothing of this leaves the namespaces.
const uplink = '100.0.2.8/29';
const outside = '100.0.2.10';
const inside = '10.0.0.10';
const range = '50000-50009';

/** NAT that lets nothing in but what miniupnpd adds. */
const rules = `table inet filter {
  chain upnp {
  }
  chain forward {
    type filter hook forward priority filter; policy drop;
    ct state established,related accept
    iifname "lan" accept
    jump upnp
  }
  chain prerouting_upnp {
  }
  chain prerouting {
    type nat hook prerouting priority dstnat; policy accept;
    jump prerouting_upnp
  }
  chain postrouting_upnp {
  }
  chain postrouting {
    type nat hook postrouting priority srcnat; policy accept;
    jump postrouting_upnp
    oifname "wan" masquerade
  }
}`;

function topology(): Topology {
  const found = findTopology('server-nat-21-drop');
  assert.ok(found !== undefined);
  return {
    ...found,
    links: found.links.map((link) => (link.ipv4 === '192.0.2.8/29' ? { ...link, ipv4: uplink } : link)),
    hosts: found.hosts.map((host) => (host.name === 'server-router' ? { ...host, rules } : host)),
  };
}

async function temporary(t: TestContext): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'duoport-router-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** A program on a host, and its lines as they come. */
async function program(t: TestContext, lab: Lab, host: string, argv: readonly string[]) {
  const child = lab.start(host, argv, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      LD_LIBRARY_PATH: peers.environment['LD_LIBRARY_PATH'] ?? '',
      // For a person: nobody sees a terminal here.
      DUOPORT_LOGS_FORMAT: 'text',
    },
  });
  const ended = once(child, 'exit');
  t.after(() => child.kill('SIGKILL'));
  const { lines, logged } = linesOf(child);
  return { child, logged, ended, lines };
}

async function router(t: TestContext, lab: Lab, words: readonly string[]) {
  const folder = await temporary(t);
  const file = path.join(folder, 'miniupnpd.conf');
  const settings = [
    'ext_ifname=wan',
    'listening_ip=lan',
    'secure_mode=yes',
    'http_port=5000',
    `lease_file=${path.join(folder, 'leases')}`,
    'upnp_table_name=filter',
    'upnp_nat_table_name=filter',
    'upnp_forward_chain=upnp',
    'upnp_nat_chain=prerouting_upnp',
    'upnp_nat_postrouting_chain=postrouting_upnp',
    'uuid=00000000-0000-4000-8000-000000000001',
    'allow 1-65535 10.0.0.0/24 1-65535',
    'deny 0-65535 0.0.0.0/0 0-65535',
    ...words,
  ];
  await writeFile(file, `${settings.join('\n')}\n`);
  const pid = path.join(folder, 'pid');
  const running = await program(t, lab, 'server-router', [
    miniupnpd ?? '',
    '-d',
    '-4',
    '-f',
    file,
    '-P',
    pid,
  ]);
  await running.logged(/listening (on|for)/i);
  return running;
}

async function serving(t: TestContext, lab: Lab, words: readonly string[]) {
  const folder = await temporary(t);
  await writeFile(path.join(folder, 'hello'), 'hello');
  const flags = ['--user', 'u:p', '--passive-ports', range, '--listen', '21'];
  return await program(t, lab, 'server', [...duoportCommand(), 'serve', folder, ...flags, ...words]);
}

/** The content, fetched by curl in the client's namespace; undefined when it does not get there. */
async function fetched(lab: Lab, words: readonly string[]): Promise<string | undefined> {
  const argv = [
    'curl',
    '-sS',
    '--max-time',
    '10',
    '--connect-timeout',
    '2',
    ...words,
    `ftp://u:p@${outside}/hello`,
  ];
  const { status, stdout } = await lab.run('client', argv, { timeout: 20_000 });
  return status === 0 ? stdout : undefined;
}

/** Ports that the router lets in. */
async function openPorts(lab: Lab): Promise<readonly number[]> {
  const { stdout } = await lab.run('server-router', [
    'nft',
    '-n',
    'list',
    'chain',
    'inet',
    'filter',
    'prerouting_upnp',
  ]);
  return [...stdout.matchAll(/dport (\d+)/g)]
    .map(([, port]) => Number(port))
    .sort((one, other) => one - other);
}

const all = [21, ...Array.from({ length: 10 }, (_, at) => 50_000 + at)];

for (const [name, words] of [
  ['PCP', ['enable_natpmp=yes', 'enable_upnp=no']],
  ['UPnP', ['enable_natpmp=no', 'enable_upnp=yes']],
] as const) {
  test(`${name}: the router opens the ports, clients from outside fetch, and all are closed at the end`, {
    skip,
    timeout: 60_000,
  }, async (t) => {
    await using lab = await buildLab(topology());
    await router(t, lab, words);
    const served = await serving(t, lab, ['--open-router']);
    const told = await served.logged(/The router has/);
    assert.equal(told, `The router has opened 21, ${range} at ${outside} (${name}).`);
    assert.deepEqual(await openPorts(lab), all);
    for (const how of [['--disable-epsv'], ['--disable-eprt', '-P', '-']])
      assert.equal(await fetched(lab, how), 'hello', how.join(' '));
    served.child.kill('SIGINT');
    await served.ended;
    assert.ok(served.lines.includes(`The router has closed 21, ${range} again.`), served.lines.join('\n'));
    assert.deepEqual(await openPorts(lab), []);
  });
}

test('NAT-PMP alone is asked for when it is named, and the address comes from the router', {
  skip,
}, async (t) => {
  await using lab = await buildLab(topology());
  await router(t, lab, ['enable_natpmp=yes', 'enable_upnp=no']);
  const folder = await temporary(t);
  const file = path.join(folder, 'duoport.yaml');
  await writeFile(file, 'router: {open: nat-pmp, lifetime: 10m}\n');
  const served = await serving(t, lab, ['--config', file]);
  await served.logged(new RegExp(`opened 21, ${range} at ${outside} \\(NAT-PMP\\)`));
  assert.equal(await fetched(lab, ['--disable-epsv']), 'hello');
});

test('a router that opens nothing is told, with what each way said, and the server goes on', {
  skip,
}, async (t) => {
  await using lab = await buildLab(topology());
  const served = await serving(t, lab, ['--open-router']);
  const told = await served.logged(/The router has not/);
  assert.match(told, /PCP: .*; NAT-PMP: .*; UPnP: nobody answers.*open them there yourself/);
  const { stdout } = await lab.run('server', ['curl', '-sS', '--max-time', '5', `ftp://u:p@${inside}/hello`]);
  assert.equal(stdout, 'hello');
});
