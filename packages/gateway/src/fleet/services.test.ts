import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ServiceRecord } from '@duoport/net';
import type { Upstream } from '../upstream.ts';
import { Services } from './services.ts';

const name: Upstream = {
  host: '_ftp._tcp.example.org',
  service: true,
  tls: 'explicit',
  mode: 'passive',
  priority: 1,
};

function standing() {
  const clock = { now: 0 };
  const asked: string[] = [];
  let answer: readonly ServiceRecord[] | Error = [];
  const services = new Services({
    lookup: async (service) => {
      asked.push(service);
      if (answer instanceof Error) throw answer;
      return answer;
    },
    now: () => clock.now,
    random: () => 0.5,
  });
  return {
    clock,
    asked,
    services,
    answers: (next: typeof answer) => {
      answer = next;
    },
  };
}

test('records become servers: priorities by rank, the settings and the name of the certificate from what was asked for', async () => {
  const { services, answers } = standing();
  answers([
    { host: 'b', port: 21, priority: 50, weight: 0 },
    { host: 'a', port: 2121, priority: 10, weight: 3 },
  ]);
  const plain: Upstream = { host: 'c' };
  const [a, b, c] = await services.expand([name, plain]);
  assert.deepEqual([b?.host, b?.port, b?.priority, b?.weight], ['b', 21, 2, 0]);
  assert.deepEqual([a?.host, a?.port, a?.priority, a?.weight], ['a', 2121, 1, 3]);
  assert.deepEqual([a?.mode, a?.tls, a?.tlsSettings?.servername], ['passive', 'explicit', 'example.org']);
  assert.equal(c, plain);
});

test('an answer is used for a while, then while the next one is on its way, and kept when that fails', async () => {
  const { clock, asked, services, answers } = standing();
  const record = { host: 'a', port: 21, priority: 0, weight: 0 };
  const hosts = async () => (await services.expand([name])).map(({ host }) => host);
  answers([record]);
  assert.deepEqual(await hosts(), ['a']);
  answers([{ ...record, host: 'b' }]);
  clock.now = 29_999;
  assert.deepEqual(await hosts(), ['a']);
  assert.equal(asked.length, 1);
  clock.now = 30_000;
  assert.deepEqual(await hosts(), ['a']);
  assert.deepEqual(await hosts(), ['b']);
  answers(new Error('no DNS'));
  clock.now = 90_000;
  await hosts();
  assert.deepEqual(await hosts(), ['b']);
  assert.equal(asked.length, 3);
});

test('without an answer there are the other servers, and without those the error', async () => {
  const { services, answers } = standing();
  answers(new Error('no DNS'));
  assert.deepEqual(await services.expand([name, { host: 'c' }]), [{ host: 'c' }]);
  const { services: alone, answers: tells } = standing();
  tells(new Error('no DNS'));
  await assert.rejects(alone.expand([name]), /no DNS/);
});
