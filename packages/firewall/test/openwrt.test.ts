import assert from 'node:assert/strict';
import { readBack } from './support/answers.ts';
import { assertForwarded } from './support/forwarding.ts';
import type { Said } from './support/seen.ts';

const network = /^[0-9a-f.:]+(\/\d{1,3})?$/;

/** Options of fw4 and fw3 that are used: `rule` and `redirect` sections of /etc/config/firewall. */
const openWrt: Readonly<Record<string, RegExp>> = {
  name: /^duoport: [A-Za-z0-9 ,.:;()/+=_-]*$/,
  family: /^ipv[46]$/,
  src: /^(\*|lan|wan)$/,
  dest: /^(\*|lan|wan)$/,
  proto: /^tcp$/,
  src_ip: network,
  src_port: /^\d+(-\d+)?$/,
  src_dip: network,
  src_dport: /^\d+(-\d+)?$/,
  dest_ip: network,
  dest_port: /^\d+(-\d+)?( \d+(-\d+)?)*$/,
  target: /^(ACCEPT|DNAT|HELPER)$/,
  set_helper: /^ftp$/,
  reflection: /^0$/,
};

interface Section {
  readonly type: string;
  readonly options: Readonly<Record<string, readonly string[]>>;
}

readBack({
  target: 'openwrt',
  refuses: ({ helper, side }) => helper === true && side === 'client',
  // fw4 lets related connections through by itself; what a redirect has translated it lets through too.
  implied: ({ state }) => state === 'related',
  read({ apply, undo }, request) {
    if (apply === '') return [];
    const sections = readUci(apply, undo);
    const redirects = sections.filter(({ type }) => type === 'redirect');
    assertForwarded(
      request,
      redirects.map(({ options }) => ({
        dialled: options['src_dip']?.[0] ?? 'any',
        outside: options['src_dport']?.[0] ?? '',
        server: options['dest_ip']?.[0] ?? '',
        inside: options['dest_port']?.[0] ?? '',
      })),
    );
    const helpers = sections.filter(({ options }) => options['target']?.[0] === 'HELPER');
    assert.equal(helpers.length > 0, request.helper === true);
    for (const { options } of helpers) assert.match(options['src']?.[0] ?? '', /^(lan|wan)$/);
    return [
      ...sections.filter(({ options }) => options['target']?.[0] === 'ACCEPT').map(readRule),
      ...joined(redirects),
    ];
  },
});

function readUci(apply: string, undo: string): readonly Section[] {
  const commands = apply.trimEnd().split('\n');
  assert.deepEqual(commands.splice(0, 2), ['set -e', "uci batch <<'END'"]);
  assert.deepEqual(commands.splice(-3), ['END', 'uci commit firewall', '/etc/init.d/firewall reload']);
  const sections = new Map<string, { type: string; options: Record<string, string[]> }>();
  for (const line of commands) {
    const [, create, type] = /^set firewall\.(duoport_[0-9a-f]{8}_\d+)=(rule|redirect)$/.exec(line) ?? [];
    if (create !== undefined && type !== undefined) {
      sections.set(create, { type, options: {} });
      continue;
    }
    const [, verb, name = '', option = '', value = ''] =
      /^(set|add_list) firewall\.(\w+)\.(\w+)='([^']*)'$/.exec(line) ?? [];
    const section = sections.get(name);
    assert.ok(section, line);
    assert.match(value, openWrt[option] ?? /$^/, line);
    assert.ok(verb === 'add_list' || section.options[option] === undefined, line);
    section.options[option] = [...(section.options[option] ?? []), value];
  }
  for (const name of sections.keys()) assert.ok(undo.includes(`delete firewall.${name}\n`));
  return [...sections.values()];
}

function readRule({ options }: Section): Said {
  const { src, dest, src_ip: from = [], dest_ip: to = [], family } = options;
  return {
    direction: src === undefined ? 'out' : dest === undefined ? 'in' : 'through',
    family: family === undefined ? undefined : family[0] === 'ipv6' ? 6 : 4,
    from,
    to,
    sourcePorts: options['src_port']?.[0],
    ports: options['dest_port']?.[0]?.split(' ') ?? [],
  };
}

/** Redirects of single ports that make up a range are the range. */
function joined(redirects: readonly Section[]): readonly Said[] {
  const spans = new Map<string, { said: Said; ports: number[] }>();
  for (const section of redirects) {
    const said = { ...readRule(section), direction: 'through' as const };
    const [low = 0, high = low] = (said.ports[0] ?? '').split('-').map(Number);
    const name = section.options['name']?.[0] ?? '';
    const key = JSON.stringify([name, said.from, said.to, said.sourcePorts]);
    const before = spans.get(key) ?? { said, ports: [] };
    spans.set(key, { said, ports: [...before.ports, low, high] });
  }
  return [...spans.values()].map(({ said, ports: some }) => {
    const [low, high] = [Math.min(...some), Math.max(...some)];
    return { ...said, ports: [low === high ? `${low}` : `${low}-${high}`] };
  });
}
