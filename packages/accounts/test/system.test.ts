import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { SystemAccounts, type SystemAccountsOptions } from '@duoport/accounts';
import { AccountsUnavailable, type Login, type LoginAttempt, type Refusal } from '@duoport/server';

const password = 'Hello world!';
const hash = '$5$saltstring$5B8vYYiY.CVt1RlTTf8KbXBH3hsxY/GNooZaBBGWEc5';
/** What the day is in these tests. */
const today = 20_000;
const now = () => today * 86_400_000;
const linux = { skip: process.platform === 'linux' ? false : 'crypt(3) is of Linux only' };

let folder = '';

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'duoport-etc-'));
  await mkdir(join(folder, 'home'));
  const user = (name: string, uid: number, shell = '/bin/sh', home = join(folder, 'home')) =>
    `${name}:x:${uid}:100:${name},,,:${home}:${shell}\n`;
  const shadow = (name: string, secret: string, ages = '19000:0:99999:7:::') => `${name}:${secret}:${ages}\n`;
  const passwd = [
    user('root', 0),
    user('toor', 0),
    user('daemon', 1),
    user('ann', 1000),
    user('bob', 1001, '/usr/sbin/nologin'),
    user('eve', 1002),
    user('locked', 1003),
    user('open', 1004),
    user('old', 1005),
    user('stale', 1006),
    user('new', 1007),
    user('denied', 1008),
    user('homeless', 1009, '/bin/sh', '/nonexistent'),
    user('half', 1010),
    'broken:x:1011\n',
    user('ann', 0),
  ];
  const secrets = [
    ...['root', 'toor', 'daemon', 'ann', 'bob', 'eve', 'denied', 'homeless', 'broken'].map((name) =>
      shadow(name, hash),
    ),
    shadow('locked', `!${hash}`),
    shadow('open', ''),
    shadow('old', hash, '19000:0:99999:7::19999:'),
    shadow('stale', hash, '19000:0:90:7:10::'),
    shadow('new', hash, '0:0:99999:7:::'),
  ];
  await writeFile(join(folder, 'passwd'), passwd.join(''));
  await writeFile(join(folder, 'shadow'), secrets.join(''));
  await writeFile(join(folder, 'shells'), '# /etc/shells\n/bin/sh\n/bin/bash # the usual\n');
  await writeFile(join(folder, 'ftpusers'), '# nobody of these\ndenied\n');
});
after(() => rm(folder, { recursive: true }));

async function login(
  user: string,
  given: string | undefined = password,
  options: SystemAccountsOptions & Partial<LoginAttempt> = {},
): Promise<string | undefined> {
  const accounts = new SystemAccounts({ folder, ...options }, now);
  const peer = { address: '127.0.0.1', port: 40_000, family: 4 } as const;
  const attempt = {
    user,
    password: given,
    peer,
    secure: true,
    ...(options.proven ? { proven: true as const } : {}),
  };
  return told(await accounts.login(attempt));
}

function told(answer: Login | Refusal | undefined): string | undefined {
  return answer && ('because' in answer ? answer.because : `in: ${answer.user}`);
}

test('users of the system come in with their passwords', linux, async () => {
  assert.equal(await login('ann'), 'in: ann');
  assert.equal(await login('ann', 'x'), 'the password is wrong');
  assert.equal(await login('ann', ''), 'the password is wrong');
  assert.equal(await login('nobody'), undefined);
  assert.equal(await login('ann', undefined, { proven: true }), 'in: ann');
  assert.equal(await login('nobody', undefined, { proven: true }), undefined);
});

test('root and those below the lowest number stay out', linux, async () => {
  assert.equal(await login('root'), 'it is a name of root');
  assert.equal(await login('toor', password, { minUid: 1 }), 'it is a name of root');
  assert.equal(await login('daemon'), 'its number 1 is below 1000');
  assert.equal(await login('daemon', password, { minUid: 1 }), 'in: daemon');
});

test('a shell that is not in /etc/shells and a name in /etc/ftpusers keep out', linux, async () => {
  assert.equal(await login('bob'), 'its shell /usr/sbin/nologin is not in /etc/shells');
  assert.equal(await login('bob', password, { checkShell: false }), 'in: bob');
  assert.equal(await login('denied'), 'it is in /etc/ftpusers');
});

test(
  'accounts that are locked, without password, expired or with a password that is too old stay out',
  linux,
  async () => {
    assert.equal(await login('locked'), 'the password is wrong');
    assert.equal(await login('open', ''), 'the password is wrong');
    assert.equal(await login('open', 'x'), 'the password is wrong');
    assert.equal(await login('half'), 'the password is wrong');
    assert.equal(await login('old'), 'the account has expired');
    assert.equal(await login('stale'), 'its password is too old and has to be changed');
    assert.equal(await login('new'), 'its password is too old and has to be changed');
    assert.match((await login('homeless')) ?? '', /its folder cannot be used/);
    assert.equal(await login('broken'), undefined);
  },
);

test('attack: names that are more than a name are nobody’s', linux, async () => {
  for (const name of ['ann:x', 'ann\nroot', '', ':', '\n', `ann:${'x'.repeat(300)}`, '.*', 'an'])
    assert.equal(await login(name), undefined, JSON.stringify(name));
});

test('the rules of the settings go before the home folder', linux, async () => {
  assert.match((await login('ann', password, { rules: { directory: '/nonexistent' } })) ?? '', /nonexistent/);
  assert.equal(await login('ann', password, { rules: { directory: undefined } }), 'in: ann');
});

test('files that are not there or cannot be read are no reason to refuse anybody', linux, async () => {
  await assert.rejects(login('ann', password, { folder: '/nonexistent' }), AccountsUnavailable);
  const accounts = new SystemAccounts({ folder: '/nonexistent' });
  await assert.rejects(accounts.check(), /no \/nonexistent\/passwd/);
  await new SystemAccounts({ folder }).check();
});
