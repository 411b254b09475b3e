import assert from 'node:assert/strict';
import type { ServerResponse } from 'node:http';
import { test } from 'node:test';
import { HttpAccounts, type HttpAccountsOptions } from '@duoport/accounts';
import { signatureOf } from '@duoport/net';
import {
  AccountsUnavailable,
  type Login,
  type LoginAttempt,
  MemoryFiles,
  type Refusal,
  wrongPassword,
} from '@duoport/server';
import { json, startService } from './web-service.ts';

const secret = 'a secret of both sides';
const files = new MemoryFiles();

function attempt(user: string, password: string | undefined): LoginAttempt {
  return { user, password, peer: { address: '192.0.2.7', port: 40_000, family: 4 }, secure: true, host: 'h' };
}

function told(answer: Login | Refusal | undefined): string | undefined {
  return answer && ('because' in answer ? answer.because : answer.user);
}

/** Asks once, a service that answers so. */
async function ask(
  answer: (response: ServerResponse, user: string) => void,
  options: Partial<HttpAccountsOptions> = {},
): Promise<Login | Refusal | undefined> {
  await using service = await startService(({ body }, response) => answer(response, JSON.parse(body).user));
  const accounts = new HttpAccounts({ url: service.url, secret, files, ...options });
  try {
    return await accounts.login(attempt('ann', 'päss'));
  } finally {
    accounts.close();
  }
}

test('the question is JSON, signed with the secret and the time', async () => {
  await using service = await startService((_, response) => json(response, 200, { sessions: 2 }));
  const accounts = new HttpAccounts({
    url: service.url,
    secret,
    files,
    rules: { sessions: 1, rateUp: 9000 },
  });
  const before = Math.floor(Date.now() / 1000);
  const login = await accounts.login(attempt('ann', 'päss'));
  accounts.close();
  assert.ok(login && 'files' in login);
  assert.deepEqual([login.user, login.limits?.sessions, login.limits?.toServer], ['ann', 2, 9000]);
  const [question] = service.questions;
  assert.ok(question);
  const { id, ...body } = JSON.parse(question.body);
  assert.match(id, /^[\da-f-]{36}$/);
  assert.deepEqual(body, {
    event: 'login',
    user: 'ann',
    password: 'päss',
    address: '192.0.2.7',
    port: 40_000,
    secure: true,
    host: 'h',
  });
  const time = String(question.headers['duoport-timestamp']);
  assert.ok(Number(time) >= before && Number(time) <= Date.now() / 1000);
  assert.equal(question.headers['duoport-signature'], signatureOf(secret, time, question.body));
});

test('what the service answers is what becomes of the login', async () => {
  assert.equal(told(await ask((response) => json(response, 200, {}))), 'ann');
  assert.equal(told(await ask((response) => response.writeHead(204).end())), 'ann');
  assert.equal(await ask((response) => json(response, 401, {})), wrongPassword);
  assert.equal(await ask((response) => json(response, 404, {})), undefined);
  assert.equal(told(await ask((response) => json(response, 403, {}))), 'the service refuses it');
});

test('anything else is a service that cannot be asked', async () => {
  const fails = (because: RegExp, answer: (response: ServerResponse) => void, options = {}) =>
    assert.rejects(ask(answer, options), (error: unknown) => {
      assert.ok(error instanceof AccountsUnavailable);
      assert.match(error.message, because);
      assert.ok(!error.message.includes('päss') && !error.message.includes(secret));
      return true;
    });
  for (const status of [201, 302, 400, 429, 500, 503])
    await fails(new RegExp(`it answers ${status}$`), (response) => json(response, status, {}));
  await fails(/no application\/json/, (response) => response.end('{}'));
  await fails(/is no JSON$/, (response) =>
    response.writeHead(200, { 'content-type': 'application/json' }).end('{'),
  );
  for (const body of [[], null, 'yes', 1])
    await fails(/is no JSON object/, (response) => json(response, 200, body));
  await fails(/cannot be used: sesions: there is no such rule/, (response) =>
    json(response, 200, { sesions: 1 }),
  );
  await fails(/cannot be used: directory: an absolute path/, (response) =>
    json(response, 200, { directory: '..' }),
  );
  await fails(/more than 65536 bytes/, (response) => json(response, 200, { home: `/${'x'.repeat(70_000)}` }));
  await fails(/reset|hang up|closed/i, (response) => response.destroy());
  await fails(/no answer within 0\.1 s/, () => undefined, { timeout: 100 });
  await fails(/no answer within 0\.1 s/, (response) => response.write('{'), { timeout: 100 });
  await fails(/refused/, () => undefined, { url: 'http://127.0.0.1:1/' });
});

test('a redirection is not followed: it would carry the password elsewhere', async () => {
  await using elsewhere = await startService((_, response) => json(response, 200, {}));
  const answer = ask((response) => response.writeHead(307, { location: elsewhere.url }).end());
  await assert.rejects(answer, /it answers 307/);
  assert.equal(elsewhere.questions.length, 0);
});

test('passwords cross no network in clear unless that is asked for', () => {
  assert.throws(() => new HttpAccounts({ url: 'http://192.0.2.1/x', secret, files }), /passwords need https/);
  new HttpAccounts({ url: 'http://192.0.2.1/x', secret, files, clear: true }).close();
  new HttpAccounts({ url: 'http://[::1]:1/x', secret, files }).close();
  new HttpAccounts({ url: 'https://192.0.2.1/x', secret, files }).close();
});

test('many logins at once share few connections, and one that was closed meanwhile is made again', async () => {
  await using service = await startService(({ body }, response) =>
    json(response, JSON.parse(body).password === 'good' ? 200 : 401, {}),
  );
  const accounts = new HttpAccounts({ url: service.url, secret, files, connections: 2 });
  const all = async () => {
    const answers = await Promise.all(
      Array.from({ length: 30 }, (_, index) =>
        accounts.login(attempt('ann', index % 3 === 0 ? 'good' : 'bad')),
      ),
    );
    assert.deepEqual(
      answers.map(told),
      Array.from({ length: 30 }, (_, index) => (index % 3 === 0 ? 'ann' : wrongPassword.because)),
    );
  };
  await all();
  assert.equal(service.connections, 2);
  service.closeIdle();
  await all();
  accounts.close();
});

test('who was let in is remembered for as long as is asked, and nobody else', async () => {
  await using service = await startService(({ body }, response) =>
    json(response, JSON.parse(body).password === 'good' ? 200 : 401, {}),
  );
  const accounts = new HttpAccounts({ url: service.url, secret, files, remember: 60_000 });
  for (let count = 0; count < 3; count += 1)
    assert.equal(told(await accounts.login(attempt('ann', 'good'))), 'ann');
  assert.equal(service.questions.length, 1);
  assert.equal(await accounts.login(attempt('ann', 'bad')), wrongPassword);
  assert.equal(await accounts.login(attempt('bob', 'bad')), wrongPassword);
  assert.equal(await accounts.login(attempt('bob', 'bad')), wrongPassword);
  assert.equal(service.questions.length, 4);
  accounts.close();
});

test('a folder made of the name stays where it is meant to be', async () => {
  const rules = { directory: '/nonexistent/{user}' };
  const accountsOf = (url: string) => new HttpAccounts({ url, secret, files, rules });
  await using service = await startService((_, response) => json(response, 200, {}));
  const accounts = accountsOf(service.url);
  const answer = await accounts.login(attempt('ann', 'x'));
  assert.match(told(answer) ?? '', /its folder cannot be used: .*\/nonexistent\/ann/);
  for (const name of ['..', '.', 'a/b', '../../etc', 'a\0b', '\\x'])
    assert.equal(told(await accounts.login(attempt(name, 'x'))), 'its name cannot be the name of a folder');
  accounts.close();
});

test('check asks about nobody', async () => {
  await using service = await startService((_, response) => json(response, 400, {}));
  const accounts = new HttpAccounts({ url: service.url, secret, files });
  await accounts.check();
  accounts.close();
  const [question] = service.questions;
  assert.ok(question);
  assert.equal(JSON.parse(question.body).event, 'check');
  assert.ok(!('user' in JSON.parse(question.body)));
});
