import assert from 'node:assert/strict';
import type { FirewallRequest } from '@duoport/firewall';
import { readBack } from './support/answers.ts';
import { assertForwarded, assertTranslated, type Forwarded } from './support/forwarding.ts';
import type { Said } from './support/seen.ts';

// No program on Linux reads pf.conf, so this is the part of its grammar (pf.conf(5), GRAMMAR) that the rules use.
const address = String.raw`[0-9a-f.:]+(?:/\d{1,3})?`;
const hosts = String.raw`(?:any|\(self\)|! \(self\)|${address}|\{ ${address}(?:, ${address})+ \})`;
const port = String.raw`\d{1,5}(?::\d{1,5})?`;
const ports = String.raw`(?:${port}|\{ ${port}(?:, ${port})+ \})`;
const ends = String.raw`from (${hosts})(?: port (${port}))? to (${hosts}|\(\w+\)) port (${ports})`;
const pass = new RegExp(
  `^pass (in|out) quick (?:(inet6?) )?proto tcp ${ends} flags S/SA keep state( tag duoport)? label "[a-z-]{1,62}"$`,
);
const passTagged = 'pass out quick proto tcp tagged duoport keep state';
const nat = new RegExp(
  String.raw`^nat (?:on \w+ )?(inet6?) proto tcp ${ends} -> (\(\w+\)|${address})( static-port)?$`,
);
const rdr = new RegExp(
  String.raw`^rdr (?:on \w+ )?(inet6?) proto tcp ${ends} -> (${address})(?: port (\d{1,5})(:\*)?)?$`,
);
const openBsd =
  /^# OpenBSD instead: match (?:in|out) (?:on \w+ )?inet6? proto tcp from .* (?:nat-to|rdr-to) [^"]*$/;
const remark = /^# duoport: [A-Za-z0-9 ,.:;()/+=_-]*$/;

readBack({
  target: 'pf',
  // What a server behind the box dials gets an address of the box: pf wants to know which.
  refuses: ({ helper, nat, modes }) =>
    helper === true ||
    (nat?.kind === 'forward' && nat.publicAddress === undefined && modes.includes('active')),
  read({ apply, undo }, request) {
    if (apply === '') return [];
    const [start = '', ...lines] = apply.trimEnd().split('\n');
    const anchor = /^pfctl -a (duoport\/[0-9a-f]{8}) -f - <<'END'$/.exec(start)?.[1];
    assert.ok(anchor, start);
    assert.equal(lines.pop(), 'END');
    assert.ok(undo.startsWith(`pfctl -a ${anchor} -F rules\n`));
    const passes = lines.filter((line) => !remark.test(line) && !openBsd.test(line));
    readTranslations(
      passes.filter((line) => /^(nat|rdr)/.test(line)),
      request,
    );
    return passes.filter((line) => !/^(nat|rdr)/.test(line)).flatMap((line) => readPass(line, request));
  },
});

function readPass(line: string, request: FirewallRequest): readonly Said[] {
  if (line === passTagged) {
    assert.equal(request.side, 'middle');
    return [];
  }
  const [, way, family, from = '', sourcePorts, to = '', some = '', tag] = pass.exec(line) ?? [];
  assert.ok(way === 'in' || way === 'out', `not in the grammar: ${line}`);
  // A machine's own rules speak of itself; through a box nothing is said that would also let into the box.
  if (tag !== undefined) assert.notEqual(to, 'any');
  const direction = tag === undefined ? way : 'through';
  return [
    {
      direction,
      family: family === undefined ? undefined : family === 'inet' ? 4 : 6,
      from: list(from),
      to: list(to),
      sourcePorts: sourcePorts?.replace(':', '-'),
      ports: list(some).map((one) => one.replace(':', '-')),
    },
  ];
}

function readTranslations(lines: readonly string[], request: FirewallRequest): void {
  const forwarded: Forwarded[] = [];
  const leaving: Said[] = [];
  for (const line of lines) {
    if (line.startsWith('nat')) {
      const [, inet, from = '', port, to = '', some = ''] = nat.exec(line) ?? [];
      assert.notEqual(from, '', `not in the grammar: ${line}`);
      leaving.push({
        direction: 'out',
        family: inet === 'inet6' ? 6 : 4,
        from: list(from),
        to: list(to),
        sourcePorts: port?.replace(':', '-'),
        ports: list(some).map((one) => one.replace(':', '-')),
      });
      continue;
    }
    const [, , , , dialled = '', outside = '', server = '', base, upwards] = rdr.exec(line) ?? [];
    assert.notEqual(server, '', `not in the grammar: ${line}`);
    const range = outside.replace(':', '-');
    const [low = 0, high = low] = range.split('-').map(Number);
    assert.equal(upwards !== undefined, base !== undefined && high !== low, line);
    const first = base === undefined ? low : Number(base);
    const inside = high === low ? `${first}` : `${first}-${first + high - low}`;
    forwarded.push({ dialled: dialled.startsWith('(') ? 'any' : dialled, outside: range, server, inside });
  }
  assertForwarded(request, forwarded);
  assertTranslated(request, leaving);
}

function list(words: string): readonly string[] {
  if (words === 'any' || words.includes('(self)')) return [];
  return words.replace(/^\{ | \}$/g, '').split(', ');
}
