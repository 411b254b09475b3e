import assert from 'node:assert/strict';
import { test } from 'node:test';
import { changeOf, replyTo, told } from '../../test/handlers.ts';
import { AccountsUnavailable, type LoginAttempt } from '../accounts/accounts.ts';
import { MemoryAccounts } from '../accounts/memory.ts';
import { MemoryFiles } from '../files/memory/memory-files.ts';
import { initialParameters } from '../parameters.ts';

const files = new MemoryFiles({ contents: { '/in/': '' } });
const accounts = new MemoryAccounts({
  files,
  users: [{ name: 'ada', password: 'löve', home: '/in' }],
  anonymous: {},
});
const scene = { options: { accounts }, login: null } as const;

test('USER asks for a password, whether the name is known or not', async () => {
  for (const name of ['ada', 'nobody', 'root']) {
    const change = await changeOf(`USER ${name}`, scene);
    assert.deepEqual(change.reply, { code: 331, lines: ['Password required'] });
    assert.equal(change.user, name);
    assert.equal(change.login, null);
  }
  assert.equal(await told('USER anonymous', scene), '331 Send your address as the password');
});

test('USER lets in at once where no password is needed', async () => {
  const login = await accounts.login(attempt('ada', 'löve'));
  assert.ok(login !== undefined && !('because' in login));
  const open = { begin: () => 'nothing' as const, login: () => login };
  const change = await changeOf('USER ada', { options: { accounts: open }, login: null });
  assert.equal(change.reply.code, 230);
  assert.equal(change.login, login);
});

test('PASS lets in with the right password, and begins in the home directory', async () => {
  const change = await changeOf('PASS löve', { ...scene, user: 'ada' });
  assert.deepEqual(change.reply, { code: 230, lines: ['Logged in as ada'] });
  assert.equal(change.login?.user, 'ada');
  assert.deepEqual(change.parameters, { directory: '/in' });
});

test('PASS with anything else is 530 and counts, for known and unknown names alike', async () => {
  for (const [user, line] of [
    ['ada', 'PASS love'],
    ['ada', 'PASS'],
    ['nobody', 'PASS löve'],
    ['', 'PASS löve'],
  ] as const) {
    const change = await changeOf(line, { ...scene, user });
    assert.deepEqual(change.reply, { code: 530, lines: ['Login incorrect'] });
    assert.equal(change.refused, true);
    assert.equal(change.login, null);
  }
});

test('attack: CR LF in a user name does not reach the reply', async () => {
  const forged = { begin: () => 'nothing' as const, login: () => ({ ...login(), user: 'x\r\n230 y' }) };
  const reply = await replyTo('USER x', { options: { accounts: forged }, login: null });
  assert.deepEqual(reply.lines, ['Logged in as x??230 y']);
});

test('accounts are told from where, over what and for which host somebody comes', async () => {
  const attempts: LoginAttempt[] = [];
  const spy = {
    login: (each: LoginAttempt) => {
      attempts.push(each);
      return undefined;
    },
  };
  const peer = { address: '192.0.2.7', port: 9, family: 4 } as const;
  await replyTo('PASS x', { options: { accounts: spy }, login: null, user: 'ada', peer });
  const parameters = { host: 'ftp.example.org' };
  await replyTo('PASS x', {
    options: { accounts: spy },
    login: null,
    user: 'ada',
    peer,
    parameters,
    secure: true,
  });
  const common = { user: 'ada', password: 'x', peer };
  assert.deepEqual(attempts, [
    { ...common, secure: false },
    { ...common, secure: true, host: 'ftp.example.org' },
  ]);
});

test('REIN logs out, drops what was set up, and sets everything back', async () => {
  const change = await changeOf('REIN', { parameters: { type: 'image', directory: '/in', mode: 'deflate' } });
  assert.equal(change.reply.code, 220);
  assert.equal(change.login, null);
  assert.equal(change.dropData, true);
  assert.deepEqual(change.parameters, initialParameters(false));
});

test('QUIT says goodbye', async () => assert.equal(await told('QUIT', scene), '221 Goodbye'));

test('HOST knows the names it was given, in any case, and only before the login', async () => {
  const options = { accounts, hosts: ['ftp.example.org'] };
  const change = await changeOf('HOST FTP.Example.ORG', { options, login: null });
  assert.equal(change.reply.code, 220);
  assert.deepEqual(change.parameters, { host: 'ftp.example.org' });
  assert.equal((await replyTo('HOST other.example.org', { options, login: null })).code, 504);
  assert.equal((await replyTo('HOST ftp.example.org', { options })).code, 503);
  assert.equal((await replyTo('HOST ftp.example.org', scene)).code, 502);
});

test('a refusal is told or kept, and its reason goes to the log either way', async () => {
  const refusing = (told: { readonly told?: string }) => ({
    options: { accounts: { login: () => ({ because: 'This account has\r\nexpired', ...told }) } },
    login: null,
  });
  const open = await changeOf('PASS x', {
    ...refusing({ told: 'This account has\r\nexpired' }),
    user: 'ada',
  });
  assert.deepEqual(open.reply, { code: 530, lines: ['This account has  expired'] });
  const shut = await changeOf('PASS x', { ...refusing({}), user: 'ada' });
  assert.deepEqual(shut.reply, { code: 530, lines: ['Login incorrect'] });
  assert.deepEqual(shut.refused, { because: 'This account has\r\nexpired' });
});

test('accounts that cannot be asked are a 421, which says nothing of the password', async () => {
  const gone = {
    login: () => {
      throw new AccountsUnavailable('the database does not answer');
    },
  };
  const change = await changeOf('PASS x', { options: { accounts: gone }, login: null, user: 'ada' });
  assert.equal(change.reply.code, 421);
  assert.equal(change.refused, undefined);
  assert.equal(change.unavailable, 'the database does not answer');
});

test('an account that needs TLS is told so before it is let in', async () => {
  const accounts = { login: () => ({ ...login(), limits: { requireTls: 'control' as const } }) };
  const scene = { options: { accounts }, login: null, user: 'ada' };
  assert.match(
    (await changeOf('PASS x', scene)).reply.lines[0] ?? '',
    /^This account may log in over TLS only/,
  );
  assert.equal((await changeOf('PASS x', { ...scene, secure: true })).reply.code, 230);
});

function login() {
  return { user: 'x', files, home: '/', permissions: new Set<never>() };
}

function attempt(user: string, password: string): LoginAttempt {
  return { user, password, peer: { address: '127.0.0.1', port: 1, family: 4 }, secure: false };
}
