import assert from 'node:assert/strict';
import type { ChildProcess } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { type TestContext, test } from 'node:test';
import { type FirewallRequest, firewallRules, type Rules } from '@duoport/firewall';
import {
  buildLab,
  duoportCommand,
  findTopology,
  type Lab,
  type Topology,
  whatLabLacks,
} from '../src/index.ts';
import {
  addresses,
  homeRouter,
  hostFirewall,
  plainLinks6,
  server,
  usualServer,
} from '../src/topologies/parts.ts';

// The client is behind NAT without a helper, and its server has its passive range shut: neither mode works. The gateway on the router,
// to which the firewall steers the connections, makes both work for clients that know nothing of it.

const skip = whatLabLacks() ?? false;
const content = 'what is served\n';
const gatewayPort = 2100;
const serverPorts = '40000-40020';

const network: Topology = (() => {
  const base = findTopology('client-nat') ?? assert.fail();
  // What an active server dials is the router itself.
  const letIn = `iifname "wan" tcp dport ${serverPorts} accept\n    iifname "lan" accept`;
  const rules = homeRouter().replace('iifname "lan" accept', letIn);
  return {
    ...base,
    name: 'gateway-transparent',
    server: { ...usualServer },
    hosts: base.hosts.map((host) => {
      if (host.name === 'client-router') return { ...host, rules };
      if (host.name === server.name)
        return { ...host, rules: hostFirewall(['tcp dport { 21, 2121 } accept']) };
      return host;
    }),
  };
})();

const request: FirewallRequest = {
  side: 'middle',
  modes: ['passive', 'active'],
  controlPorts: [21, 2121],
  clients: ['192.168.1.0/24'],
  steer: { to: gatewayPort },
};

/** The same without NAT, over IPv6. */
const network6: Topology = {
  ...network,
  name: 'gateway-transparent-6',
  links: plainLinks6,
  dial: { address: addresses.server6, port: 21 },
};

/** What `duoport firewall --steer` writes. */
function rulesFor(target: 'nftables' | 'iptables', clients = request.clients): Rules {
  const answer = firewallRules(target, { ...request, clients });
  assert.ok(answer.kind === 'rules');
  return answer;
}

/** REDIRECT instead of TPROXY for the control connections, as boxes without the latter have it: the data connections are the same. */
function redirected(): Rules {
  const answer = rulesFor('nftables');
  const chain = `chain control {
    type nat hook prerouting priority dstnat - 10; policy accept
    ip saddr 192.168.1.0/24 fib daddr type != local tcp dport { 21, 2121 } redirect to :${gatewayPort}
  }
  chain own {`;
  const apply = answer.apply.replace(/^.* tproxy ip to .*\n/m, '').replace('chain own {', chain);
  assert.doesNotMatch(apply, /tproxy/);
  return { ...answer, apply };
}

async function started(lab: Lab, host: string, words: readonly string[]): Promise<ChildProcess> {
  const child = lab.start(host, [...duoportCommand(), ...words, '--json'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  assert.ok(child.stdout !== null);
  const lines = createInterface({ input: child.stdout });
  await new Promise<void>((resolve, reject) => {
    lines.on('line', (line) => {
      if ((JSON.parse(line) as { readonly event: string }).event === 'ready') resolve();
    });
    child.once('exit', (code) => reject(new Error(`${words[0]} ended with ${code}`)));
  });
  return child;
}

interface Place {
  readonly lab: Lab;
  /** The server, as a URL has it. */
  readonly host: string;
  readonly served: string;
  readonly here: string;
}

async function place(t: TestContext, lab: Lab): Promise<Place> {
  const root = await mkdtemp(path.join(tmpdir(), 'duoport-steer-'));
  t.after(() => rm(root, { recursive: true }));
  const [served, here] = [path.join(root, 'served'), path.join(root, 'here')];
  await mkdir(served);
  await mkdir(here);
  await writeFile(path.join(served, 'file'), content);
  await writeFile(path.join(here, 'own'), 'what is stored\n');
  const flags = [
    '--user',
    'u:p',
    '--listen',
    '21',
    '--listen',
    '2121',
    '--tls-self-signed',
    '--active-source-port',
    '20',
  ];
  await started(lab, 'server', ['serve', served, ...flags, '--data-timeout', '5s']);
  const { address } = lab.topology.dial;
  return { lab, host: address.includes(':') ? `[${address}]` : address, served, here };
}

async function must(lab: Lab, host: string, argv: readonly string[], input?: string): Promise<void> {
  const ended = await lab.run(host, argv, input === undefined ? {} : { input });
  assert.equal(ended.status, 0, `${argv.join(' ')}: ${ended.stderr}`);
}

async function run(
  { lab, here }: Place,
  argv: readonly string[],
): Promise<{ status: number | null; text: string }> {
  const ended = await lab.run('client', argv, { cwd: here, timeout: 30_000 });
  return { status: ended.status, text: `${ended.stdout}${ended.stderr}` };
}

interface How {
  readonly port: number;
  readonly tls: boolean;
  readonly active: boolean;
}

const router = 'client-router';

type Client = (at: Place, how: How) => Promise<{ status: number | null; text: string }>;

const curl: Client = async (at, { port, tls, active }) => {
  const flags = [
    'curl',
    '-sS',
    '--user',
    'u:p',
    '--max-time',
    '20',
    ...(tls ? ['--ssl-reqd', '--insecure'] : []),
    ...(active ? ['-P', '-'] : []),
  ];
  const url = `ftp://${at.host}:${port}/`;
  const got = await run(at, [...flags, '-o', 'got', `${url}file`]);
  if (got.status !== 0) return got;
  const put = await run(at, [...flags, '-T', 'own', `${url}up`]);
  if (put.status !== 0) return put;
  return run(at, [...flags, url]);
};

const lftp: Client = (at, { port, tls, active }) => {
  const mode = tls ? 'set ftp:ssl-force yes; set ftp:ssl-protect-data yes' : 'set ftp:ssl-allow no';
  const settings = `set ssl:verify-certificate no; set net:max-retries 1; set net:timeout 10; set ftp:passive-mode ${active ? 'no' : 'yes'}; ${mode}`;
  const work = `open -u u,p -p ${port} ftp://${at.host}; get file -o got; put own -o up; ls`;
  return run(at, ['lftp', '-c', `${settings}; ${work}`]);
};

const clients = { curl, lftp };

const ways: Readonly<Record<string, () => Rules>> = {
  'TPROXY by nftables': () => rulesFor('nftables'),
  'TPROXY by iptables': () => rulesFor('iptables'),
  REDIRECT: redirected,
};

async function runGateway(lab: Lab): Promise<void> {
  const data = ['--server-mode', 'active', '--server-ports', serverPorts, '--data-timeout', '5s'];
  const tls = ['--tls-self-signed', '--server-insecure'];
  await started(lab, router, ['gateway', '--transparent', '--listen', `${gatewayPort}`, ...data, ...tls]);
}

/** Rules, without the handles that the kernel numbers anew and the empty chains that iptables leaves behind. */
async function ruleSet(lab: Lab): Promise<string> {
  const { stdout } = await lab.run(router, ['nft', 'list', 'table', 'inet', 'filter']);
  const tables = await lab.run(router, ['nft', 'list', 'tables']);
  const routes = await lab.run(router, ['ip', 'rule']);
  return [stdout, tables.stdout.replace(/^table ip6? (mangle|filter)\n/gm, ''), routes.stdout].join('');
}

test('without the gateway neither mode works', { skip }, async (t) => {
  await using lab = await buildLab(network);
  const at = await place(t, lab);
  const flags = ['curl', '-sS', '--user', 'u:p', '--connect-timeout', '2', '--max-time', '8', '-o', 'got'];
  for (const mode of [[], ['-P', '-']]) {
    const { status } = await run(at, [...flags, ...mode, `ftp://${at.host}/file`]);
    assert.notEqual(status, 0, mode.join(' '));
  }
});

for (const [name, write] of Object.entries(ways)) {
  test(`${name}: clients that know nothing of the gateway list, fetch and store`, { skip }, async (t) => {
    await using lab = await buildLab(network);
    const at = await place(t, lab);
    const before = await ruleSet(lab);
    const { apply, undo } = write();
    await must(lab, router, ['sh', '-e'], apply);
    await runGateway(lab);
    for (const port of [21, 2121])
      for (const tls of [false, true])
        for (const active of [false, true]) await everyClient(at, { port, tls, active });
    await must(lab, router, ['sh', '-e'], undo);
    assert.equal(await ruleSet(lab), before);
  });
}

test('the same over IPv6', { skip }, async (t) => {
  await using lab = await buildLab(network6);
  const at = await place(t, lab);
  const before = await ruleSet(lab);
  const { apply, undo } = rulesFor('nftables', ['2001:db8:1::/64']);
  await must(lab, router, ['sh', '-e'], apply);
  await runGateway(lab);
  for (const tls of [false, true])
    for (const active of [false, true]) await everyClient(at, { port: 2121, tls, active });
  await must(lab, router, ['sh', '-e'], undo);
  assert.equal(await ruleSet(lab), before);
});

async function everyClient(at: Place, how: How): Promise<void> {
  for (const [name, client] of Object.entries(clients)) {
    // curl 7.88 hangs in active mode with TLS, against every server (curl issue 10666).
    if (name === 'curl' && how.tls && how.active) continue;
    const what = `${name} ${JSON.stringify(how)}`;
    const { status, text } = await client(at, how);
    assert.equal(status, 0, `${what}: ${text}`);
    assert.match(text, /\bfile\b/, what);
    assert.equal(await readFile(path.join(at.here, 'got'), 'utf8'), content, what);
    assert.equal(await readFile(path.join(at.served, 'up'), 'utf8'), 'what is stored\n', what);
    await rm(path.join(at.here, 'got'));
    await rm(path.join(at.served, 'up'));
  }
}
