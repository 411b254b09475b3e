import assert from 'node:assert/strict';
import { test } from 'node:test';
import { firewallRules } from '@duoport/firewall';
import { active, dial, passive, seen, view } from '../test/seen.ts';
import { diagnose } from './diagnose.ts';
import { findingCodes } from './finding-codes.ts';
import type { Observations } from './observations.ts';
import { renderReport } from './render/render-report.ts';
import type { Report } from './report.ts';

// Everything that a server says may have been written to hurt: whoever reads the report, or whoever loads the rules in it.

const evil =
  '\u001b[2J\u001b]0;owned\u0007\r\n220 fake\u202egnp.exe\u009b31m; nft flush ruleset; $(reboot) `id`\u0000';
const harmful = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/;

const places: readonly (readonly [string, Observations])[] = [
  ['greeting', seen([], { control: { ...seen([]).control, greeting: { code: 220, text: evil } } })],
  [
    'what greets instead of FTP',
    seen([], { control: { ...seen([]).control, greeting: undefined, foreign: evil } }),
  ],
  [
    'host name',
    seen([], {
      host: evil,
      url: `ftp://${evil}/`,
      addresses: [],
      control: { ...seen([]).control, dial: undefined, greeting: undefined, login: undefined },
    }),
  ],
  ['reply to the login', seen([], { control: { ...seen([]).control, login: { code: 530, text: evil } } })],
  [
    'verb at which it broke',
    seen([], { control: { ...seen([]).control, broken: { verb: evil, how: 'garbage' } } }),
  ],
  [
    'error of the handshake',
    seen([], { control: { ...seen([]).control, tls: { how: 'failed', error: evil } } }),
  ],
  [
    'certificate',
    seen([], { control: { ...seen([]).control, tls: { how: 'done', error: undefined, untrusted: evil } } }),
  ],
  ['FEAT', seen([], { control: { ...seen([]).control, feat: [evil], system: evil } })],
  [
    'reply to PASV',
    seen([passive('PASV', 'silent', { agreed: { code: 227, text: evil }, announced: undefined, dials: [] })]),
  ],
  ['refusal of PORT', seen([active('PORT', false, { agreed: { code: 500, text: `Illegal ${evil}` } })])],
  ['final reply', seen([passive('EPSV', 'open', { final: { code: 425, text: `Security: ${evil}` } })])],
  ['name of a file', seen([passive('EPSV', 'open', { transfer: `RETR ${evil}` })])],
  [
    'TLS error',
    seen([passive('EPSV', 'open', { secure: true, tls: { how: 'failed', reused: false, error: evil } })]),
  ],
  ['how it was lost', seen([passive('EPSV', 'open', { outcome: 'fails', lost: evil })])],
  [
    'why it was not dialled',
    seen([passive('PASV', 'silent', { announced: { address: '10.0.0.1', port: 99 }, notDialled: evil })]),
  ],
  ['ICMP sender', seen([passive('EPSV', 'rejected', { dials: [dial('rejected', { icmpFrom: evil })] })])],
  ['what a server like ours received', seen([active('PORT', false, { server: view({ received: evil }) })])],
  ['what a server like ours sent', seen([passive('PASV', 'silent', { server: view({ sent: evil }) })])],
  [
    'what a server like ours sent, when it works',
    seen([passive('PASV', 'open', { server: view({ sent: evil }) })]),
  ],
];

for (const [where, observations] of places) {
  test(`escape codes in the ${where} reach no terminal`, () => {
    const report = diagnose(observations);
    for (const text of stringsOf(report)) assert.doesNotMatch(text, harmful);
    const lines = renderReport(report, { columns: 100, unicode: true, color: false });
    for (const line of lines) assert.doesNotMatch(line, /[\u0000-\u001f\u007f-\u009f\u202a-\u202e]/);
    const plain = renderReport(report, { columns: 80, unicode: false, color: false });
    for (const line of plain) assert.match(line, /^[\x20-\x7e]*$/);
  });
}

test('hostile: an address of a server’s words gets into no rule', () => {
  for (const [, observations] of places) {
    for (const { remedies } of diagnose(observations).findings) {
      for (const remedy of remedies) {
        if (remedy.kind !== 'flows') continue;
        const answer = firewallRules('nftables', remedy.request);
        if (answer.kind === 'rules') assert.doesNotMatch(answer.apply, /flush ruleset|reboot|\u001b/);
      }
    }
  }
});

for (const [what, address] of [
  ['the loopback of this machine', '127.0.0.1'],
  ['this very machine', '198.51.100.10'],
  ['the metadata service of a cloud', '169.254.169.254'],
  ['a multicast group', '224.0.0.1'],
] as const) {
  test(`hostile: 227 sends the client to ${what}`, () => {
    const attempt = passive('PASV', 'silent', {
      announced: { address, port: 6379 },
      notDialled: 'a server has no business to send anybody there',
      dials: [],
    });
    const [finding] = diagnose(seen([attempt])).findings;
    assert.equal(finding?.code, 'server-lies');
    assert.equal(finding.side, 'server');
  });
}

const dead: readonly (readonly [string, Partial<Observations['control']>, string])[] = [
  ['hangs', { broken: { verb: 'USER', how: 'hangs' }, login: undefined }, 'server-hangs'],
  [
    'hangs before its greeting',
    { greeting: undefined, login: undefined, broken: { verb: 'the greeting', how: 'hangs' } },
    'server-hangs',
  ],
  ['answers nonsense', { broken: { verb: 'FEAT', how: 'garbage' }, login: undefined }, 'server-garbage'],
  ['closes', { broken: { verb: 'PASS', how: 'closed' }, login: undefined }, 'control-cut'],
  ['is SSH', { greeting: undefined, foreign: 'SSH-2.0-OpenSSH_9.2', login: undefined }, 'not-ftp'],
  [
    'is a web server',
    { greeting: undefined, foreign: 'HTTP/1.1 400 Bad Request', login: undefined },
    'not-ftp',
  ],
  [
    'refuses the control connection',
    { dial: dial('refused'), greeting: undefined, login: undefined },
    'control-refused',
  ],
  [
    'answers nothing at all',
    { dial: dial('silent'), greeting: undefined, login: undefined },
    'control-silent',
  ],
  ['takes no password', { login: { code: 530, text: 'Login incorrect.' } }, 'login-refused'],
  [
    'wants TLS',
    { login: { code: 530, text: 'Non-anonymous sessions must use encryption.' } },
    'tls-required',
  ],
  [
    'has an expired certificate',
    { tls: { how: 'failed', error: 'CERT_HAS_EXPIRED' }, login: undefined },
    'certificate-untrusted',
  ],
];
for (const [what, control, code] of dead) {
  test(`a server that ${what} is one finding, and nothing else is guessed`, () => {
    const report = diagnose(seen([], { control: { ...seen([]).control, ...control } }));
    assert.deepEqual(
      report.findings.map((one) => one.code),
      [code],
    );
    assert.deepEqual(report.works, { passive: false, active: false });
    assert.ok(report.modes.every((mode) => mode.outcome === 'not-tried'));
  });
}

test('what broke the session in one try does not hide what is wrong with another', () => {
  const report = diagnose(seen([passive('PASV', 'silent'), active('PORT', false, { lost: 'ECONNRESET' })]));
  assert.deepEqual(
    report.findings.map(({ code, dependsOn }) => [code, dependsOn]),
    [
      ['control-cut', []],
      ['passive-silent', []],
    ],
  );
});

test('every code has its words', () => {
  assert.equal(new Set(Object.values(findingCodes)).size, Object.keys(findingCodes).length);
});

function stringsOf(value: Report | unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(stringsOf);
}
