import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeCommand } from './command.ts';
import { isFault } from './fault.ts';
import { findVerb, redact, verbs } from './verbs.ts';

const RFC: Readonly<Record<string, string>> = {
  'RFC 959':
    'USER PASS ACCT CWD CDUP SMNT REIN QUIT PORT PASV TYPE STRU MODE RETR STOR STOU APPE ALLO REST RNFR RNTO ABOR DELE RMD MKD PWD LIST NLST SITE SYST STAT HELP NOOP',
  'RFC 1639': 'LPRT LPSV',
  'RFC 2228': 'AUTH ADAT PBSZ PROT CCC MIC CONF ENC',
  'RFC 2389': 'FEAT OPTS',
  'RFC 2428': 'EPRT EPSV',
  'RFC 2640': 'LANG',
  'RFC 3659': 'MDTM SIZE MLST MLSD REST',
  'RFC 4217': 'AUTH PBSZ PROT CCC',
  'RFC 7151': 'HOST',
  'RFC 775': 'XMKD XRMD XPWD XCUP',
};

for (const [rfc, list] of Object.entries(RFC)) {
  test(`verbs: ${rfc} is there, whole`, () => {
    for (const verb of list.split(' ')) {
      const row = findVerb(verb);
      assert.ok(row, verb);
      assert.ok(
        row.rfc.some((source) => source === rfc || source.startsWith(`${rfc} `)),
        `${verb} names ${rfc}`,
      );
    }
  });
}

test('verbs: drafts and habits are there', () => {
  const list =
    'MFMT MFCT MFF HASH XCRC XMD5 XSHA1 XSHA256 XSHA512 RANG AVBL CLNT PRET CSID ESTA ESTP SSCN CPSV XCWD';
  for (const verb of list.split(' ')) assert.ok(findVerb(verb), verb);
  const words = [
    'SITE CHMOD',
    'SITE UTIME',
    'SITE SYMLINK',
    'SITE MKDIR',
    'SITE HELP',
    'OPTS UTF8',
    'OPTS MLST',
    'OPTS HASH',
    'OPTS MODE Z',
    'MODE Z',
  ];
  for (const verb of words) assert.ok(findVerb(verb), verb);
});

test('verbs: no verb twice, each one a verb', () => {
  assert.equal(new Set(verbs.map((row) => row.verb)).size, verbs.length);
  for (const row of verbs) {
    const decoded = decodeCommand(row.verb);
    assert.ok(!isFault(decoded), row.verb);
    assert.ok(row.syntax === row.verb || row.syntax.startsWith(`${row.verb} `), row.syntax);
  }
});

test('verbs: facts that go together', () => {
  for (const row of verbs) {
    const { verb } = row;
    if (row.argument === 'none') assert.ok(!row.path && !row.secret, verb);
    if (row.argument === 'required') assert.ok(row.syntax.includes(' '), verb);
    if (row.transfer !== 'no') assert.equal(row.needs, 'login', verb);
    // A nonce is nobody's file.
    if (row.transfer !== 'no' && row.power !== 'probe') assert.notEqual(row.permission, 'none', verb);
    if (row.opensData !== 'no') assert.ok(row.needs === 'login' && row.power !== undefined, verb);
    if (row.permission !== 'none') assert.equal(row.needs, 'login', verb);
    if (row.duringTransfer) assert.equal(row.transfer, 'no', verb);
    assert.ok(row.rfc.length > 0 && !/[.!]$/.test(row.summary), verb);
  }
});

test('verbs: an alias has the facts of the verb it stands for', () => {
  for (const row of verbs.filter((each) => each.aliasOf !== undefined)) {
    const of = findVerb(row.aliasOf ?? '');
    assert.ok(of, row.verb);
    for (const fact of [
      'argument',
      'needs',
      'opensData',
      'transfer',
      'permission',
      'path',
      'summary',
    ] as const) {
      assert.equal(row[fact], of[fact], `${row.verb} ${fact}`);
    }
  }
});

test('verbs: which ones touch the data connection', () => {
  const names = (wanted: (row: (typeof verbs)[number]) => boolean) =>
    verbs
      .filter(wanted)
      .map((row) => row.verb)
      .sort()
      .join(' ');
  assert.equal(
    names((row) => row.opensData === 'passive'),
    'CPSV EPSV LPSV PASV',
  );
  assert.equal(
    names((row) => row.opensData === 'active'),
    'EPRT LPRT PORT',
  );
  assert.equal(
    names((row) => row.transfer === 'to-client'),
    'LIST MLSD NLST RETR SITE NONCE',
  );
  assert.equal(
    names((row) => row.transfer === 'to-server'),
    'APPE STOR STOU',
  );
  assert.equal(
    names((row) => row.duringTransfer),
    'ABOR NOOP SITE PROBE STAT',
  );
});

const redacted: readonly (readonly [string, string])[] = [
  ['PASS secret', 'PASS ****'],
  ['pass secret', 'pass ****'],
  ['PASS', 'PASS'],
  ['PASS  secret with spaces', 'PASS ****'],
  ['PASS\tsecret', 'PASS****'],
  ['PASS\0secret', 'PASS****'],
  ['  PASS secret', '  PASS ****'],
  ['\udcff\udcf4PASS secret', '\udcff\udcf4PASS ****'],
  ['ACCT 4711', 'ACCT ****'],
  ['ADAT base64', 'ADAT ****'],
  ['ENC base64', 'ENC ****'],
  ['USER anonymous', 'USER anonymous'],
  ['RETR PASS secret', 'RETR PASS secret'],
  ['PASSIVE x', 'PASSIVE x'],
];

for (const [line, expected] of redacted) {
  test(`attack: a secret in a log: ${JSON.stringify(line)}`, () => assert.equal(redact(line), expected));
}
