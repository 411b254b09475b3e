import assert from 'node:assert/strict';
import { test } from 'node:test';
import { firewallRules } from '@duoport/firewall';
import { readBack } from './support/answers.ts';
import { assertForwarded, assertTranslated, type Forwarded } from './support/forwarding.ts';
import type { Said } from './support/seen.ts';

const ports = /^\d{1,5}(-\d{1,5})?(,\d{1,5}(-\d{1,5})?)*$/;
const network = /^[0-9a-f.:]+(\/\d{1,3})?$/;
const comment = /^"duoport: [A-Za-z0-9 ,.:;()/+=_-]*"$/;

/** Properties of `/ip firewall filter` and `/ip firewall nat` that are used, after the RouterOS manual. */
const routerOs: Readonly<Record<string, RegExp>> = {
  chain: /^(duoport-[0-9a-f]{8}-)?(input|output|forward|srcnat|dstnat)$/,
  action: /^(accept|jump|dst-nat|src-nat|masquerade)$/,
  'jump-target': /^duoport-[0-9a-f]{8}-(input|output|forward|srcnat|dstnat)$/,
  'connection-state': /^(related|established)$/,
  'connection-type': /^ftp$/,
  protocol: /^tcp$/,
  'src-address': network,
  'src-port': ports,
  'dst-address': network,
  'dst-address-type': /^local$/,
  'dst-port': ports,
  'in-interface': /^\w+$/,
  'out-interface': /^\w+$/,
  'to-addresses': network,
  'to-ports': ports,
  comment,
};

const directions = { input: 'in', output: 'out', forward: 'through' } as const;

readBack({
  target: 'mikrotik',
  // The helper of RouterOS does not read IPv6; servers and clients of that family alone would be left with nothing.
  refuses: ({ helper, nat }) => helper === true && nat?.kind === 'forward' && nat.server.includes(':'),
  read({ apply, undo }, request) {
    const body = apply.replace(/^:if \(\[\/ip firewall service-port .*\n/, '');
    assert.equal(body !== apply, request.helper === true);
    const lines = body.split('\n').filter((line) => line !== '');
    const adds = lines.filter((line) => line.startsWith('/')).map(readAdd);
    const chains = new Set(adds.map(({ menu, chain }) => `${menu} ${chain}`));
    assertJumps(
      lines.filter((line) => !line.startsWith('/')),
      chains,
    );
    for (const place of chains) {
      const [menu = '', chain = ''] = place.split(/ (?=\S+$)/);
      assert.ok(undo.includes(`${menu} remove [find where chain="${chain}" or jump-target="${chain}"]\n`));
    }
    assertForwarded(request, adds.flatMap(readForward));
    assertTranslated(request, adds.flatMap(readTranslation));
    return adds.flatMap(readFilter);
  },
  leavesOut: /(any6|::).* related$/,
});

interface Add {
  readonly menu: string;
  readonly chain: string;
  readonly words: Readonly<Record<string, string>>;
}

function readAdd(line: string): Add {
  const [, menu = '', rest = ''] = /^(\/ip(?:v6)? firewall (?:filter|nat)) add (.*)$/.exec(line) ?? [];
  assert.notEqual(menu, '', line);
  const words: Record<string, string> = {};
  for (const [, key = '', value = ''] of rest.matchAll(/([a-z-]+)=("[^"]*"|\S+)(?= |$)/g)) {
    assert.match(value, routerOs[key] ?? /$^/, `${key} in ${line}`);
    words[key] = value;
  }
  assert.equal(rest.replace(/([a-z-]+)=("[^"]*"|\S+)(?= |$)/g, '').trim(), '', line);
  return { menu, chain: words['chain'] ?? '', words };
}

function assertJumps(lines: readonly string[], chains: ReadonlySet<string>): void {
  const blocks = lines.join('\n').split(/(?<=^\})\n/m);
  const jumps = blocks
    .filter((block) => block !== '')
    .map((block) => {
      const [open, local = '', choice = '', close] = block.split('\n');
      assert.deepEqual([open, close], ['{', '}']);
      const [, menu = '', chain = ''] =
        /^ {2}:local first \[(.*) find where chain=(\w+) and dynamic=no\]$/.exec(local) ?? [];
      const jump = /do=\{(.*) place-before=\(\$first->0\)\} else=\{(.*)\}$/.exec(choice);
      assert.ok(choice.startsWith('  :if ([:len $first] > 0) do={') && jump !== null, block);
      assert.equal(jump[1], jump[2]);
      const { words, ...add } = readAdd(jump[1] ?? '');
      assert.deepEqual([add.menu, add.chain, words['action']], [menu, chain, 'jump']);
      return `${menu} ${words['jump-target']}`;
    });
  assert.deepEqual(new Set(jumps), chains);
}

function readFilter({ menu, chain, words }: Add): readonly Said[] {
  if (!menu.endsWith('filter')) return [];
  const own = chain.replace(/^duoport-[0-9a-f]{8}-/, '');
  const direction = own === 'input' || own === 'output' || own === 'forward' ? directions[own] : undefined;
  assert.ok(direction !== undefined && words['action'] === 'accept' && words['protocol'] === 'tcp');
  const related = words['connection-state'] === 'related';
  assert.equal(related, words['connection-type'] === 'ftp');
  const said = {
    direction,
    from: listed(words['src-address']),
    to: listed(words['dst-address']),
    sourcePorts: words['src-port'],
    ports: words['dst-port']?.split(',') ?? [],
    related,
  };
  const family = menu.startsWith('/ipv6') ? 6 : 4;
  assert.ok(!related || family === 4);
  return [{ ...said, family }];
}

function readForward({ menu, words }: Add): readonly Forwarded[] {
  if (!menu.endsWith('nat') || words['action'] !== 'dst-nat') return [];
  const outside = words['dst-port'] ?? '';
  assert.ok((words['dst-address'] === undefined) === (words['dst-address-type'] === 'local'));
  return [
    {
      dialled: words['dst-address'] ?? 'any',
      outside,
      server: words['to-addresses'] ?? '',
      inside: words['to-ports'] ?? outside,
    },
  ];
}

function readTranslation({ menu, words }: Add): readonly Said[] {
  if (!menu.endsWith('nat') || words['action'] === 'dst-nat') return [];
  assert.equal(words['action'] === 'masquerade', words['to-addresses'] === undefined);
  return [
    {
      direction: 'out',
      family: menu.startsWith('/ipv6') ? 6 : 4,
      from: listed(words['src-address']),
      to: listed(words['dst-address']),
      sourcePorts: words['src-port'],
      ports: words['dst-port']?.split(',') ?? [],
    },
  ];
}

function listed(word: string | undefined): readonly string[] {
  return word === undefined ? [] : [word];
}

test('RouterOS takes fifteen ports a rule: more control ports are more rules', () => {
  const controlPorts = Array.from({ length: 20 }, (_, index) => 2100 + index);
  const answer = firewallRules('mikrotik', {
    side: 'server',
    modes: ['passive'],
    singlePort: true,
    controlPorts,
  });
  assert.equal(answer.kind, 'rules');
  const text = answer.kind === 'rules' ? answer.apply : '';
  const lists = [...text.matchAll(/^\/ip firewall .* dst-port=(\S+)/gm)].map(([, list = '']) =>
    list.split(','),
  );
  assert.deepEqual(
    lists.map(({ length }) => length),
    [15, 5],
  );
  assert.deepEqual(lists.flat().map(Number), controlPorts);
});
