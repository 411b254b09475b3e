import assert from 'node:assert/strict';
import { test } from 'node:test';
import { active, controlTrace, passive, peer, seen, trace } from '../../test/seen.ts';
import { diagnose } from '../diagnose.ts';
import type { Observations } from '../observations.ts';
import { renderReport } from './render-report.ts';

const shut = seen(
  [passive('PASV', 'silent'), passive('EPSV', 'silent'), active('PORT', true), active('EPRT', true)],
  {
    traces: {
      control: controlTrace,
      data: trace('expired', 'expired', 'silent', 'silent'),
      other: undefined,
    },
  },
);

const draw = (observations: Observations, unicode = true, columns = 100): readonly string[] =>
  renderReport(diagnose(observations), { columns, unicode, color: false });

test('the path, both connections, and where each stops', () => {
  assert.deepEqual(draw(shut).slice(0, 10), [
    'duoport doctor ftp://user@203.0.113.10/ (vsftpd, no TLS)',
    '',
    '             this machine   router 1       router 2       router 3       server',
    '             198.51.100.10  192.0.2.1      192.0.2.2      192.0.2.3      203.0.113.10',
    'control      ●──────────────┼──────────────┼──────────────┼──────────────▶  open',
    'PASV EPSV    ●──────────────┼──────────────✗                                no answer',
    'PORT EPRT    ◀──────────────┼──────────────┼──────────────┼──────────────●  works',
    '',
    'Passive mode does not work, active mode works. 5.0 s.',
    'Passive ports announced: 50012 to 50012, in 2 replies.',
  ]);
});

test('the same in ASCII and 80 columns', () => {
  const lines = draw(shut, false, 80);
  assert.deepEqual(lines.slice(2, 8), [
    '             here       router 1   router 2   router 3   server',
    '             198.51.100.10         192.0.2.2             203.0.113.10',
    '                        192.0.2.1             192.0.2.3',
    'control      o----------+----------+----------+---------->  open',
    'PASV EPSV    o----------+----------X                        no answer',
    'PORT EPRT    <----------+----------+----------+----------o  works',
  ]);
  for (const line of lines) assert.match(line, /^[\x20-\x7e]*$/);
});

test('words are wrapped to the columns; rules are not, for they are there to be copied', () => {
  for (const columns of [80, 100]) {
    const long = draw(shut, true, columns).filter((line) => line.length > columns);
    assert.ok(
      long.every((line) => /comment "duoport|^ +# /.test(line)),
      long.join('\n'),
    );
  }
});

test('a finding says what was seen and what to do, the rules of nftables and the command for others', () => {
  const text = draw(shut).join('\n');
  assert.match(text, /1\. fault passive-silent, in the middle/);
  assert.match(text, /breaks {2}PASV, EPSV/);
  assert.match(text, /It ends at router 2 \(192\.0\.2\.2\) of 3 routers/);
  assert.match(text, /insert rule inet filter forward .*tcp dport 50000-50100 accept/);
  assert.match(text, /duoport firewall --for TARGET --side middle --modes passive/);
  assert.match(text, /vsftpd \(vsftpd\.conf\): pasv_min_port=50000 and pasv_max_port=50100/);
  assert.match(text, /FileZilla: Site Manager > Transfer Settings > Active/);
});

test('a path that nobody could see has a question mark', () => {
  const none = { control: undefined, data: undefined, other: undefined };
  const lines = draw(
    seen([passive('PASV', 'silent')], { traces: none, sight: { packets: false, ttl: false } }),
  );
  const row = lines.find((line) => line.startsWith('PASV')) ?? '';
  assert.match(row, /^PASV +●─+\? +no answer$/);
  assert.match(lines[3] ?? '', new RegExp(`198\\.51\\.100\\.10 .* ${peer}$`));
});

test('twenty routers fit: the ones in between are counted', () => {
  const far = trace(...Array.from({ length: 20 }, () => 'expired' as const), 'reached');
  const lines = draw(
    seen([passive('PASV', 'open')], { traces: { control: far, data: undefined, other: undefined } }),
  );
  assert.match(lines[2] ?? '', /here .*router 1 .*16 more .*router 20 .*server/);
  assert.ok(lines.every((line) => line.length <= 100));
});

test('IPv6 addresses have a line each', () => {
  const hops = controlTrace.hops.map((hop) => ({ ...hop, address: '2001:db8:ffff:ffff:ffff:ffff:ffff:1' }));
  const lines = draw(
    seen([passive('EPSV', 'open')], {
      traces: { control: { ...controlTrace, hops }, data: undefined, other: undefined },
    }),
  );
  assert.ok(lines.includes('  router 2: 2001:db8:ffff:ffff:ffff:ffff:ffff:1'));
});

test('colour only when asked for', () => {
  const colourful = renderReport(diagnose(shut), { columns: 100, unicode: true, color: true }).join('\n');
  assert.match(colourful, /\u001b\[31mno answer\u001b\[0m/);
  assert.doesNotMatch(draw(shut).join('\n'), /\u001b/);
});

test('a finding whose cause was found too is hidden, and counted', () => {
  const report = diagnose(shut);
  const [first] = report.findings;
  assert.ok(first !== undefined);
  const under = { ...first, code: 'range-unstable', dependsOn: ['passive-silent'] } as const;
  const lines = renderReport(
    { ...report, findings: [first, under] },
    { columns: 100, unicode: true, color: false },
  );
  assert.ok(!lines.some((line) => line.includes('range-unstable')));
  assert.match(lines.at(-1) ?? '', /^1 more finding/);
});
