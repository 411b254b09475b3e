import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CallChannel, CallError, type Called, remoteService } from './calls.ts';

interface Sums {
  add(one: number, other: number): Promise<number>;
  fail(text: string): Promise<void>;
  never(): Promise<void>;
}

class Adder implements Sums {
  readonly #offset = 0;

  async add(one: number, other: number): Promise<number> {
    return one + other + this.#offset;
  }

  async fail(text: string): Promise<void> {
    throw Object.assign(new RangeError(text), { code: 'E_TEXT' });
  }

  never(): Promise<void> {
    return new Promise(() => undefined);
  }
}

/** Two ends, as two processes have them: what goes over is copied. */
function pair(services: object) {
  const said: Called[] = [];
  const there: CallChannel = new CallChannel((message) => here.hear(structuredClone(message)), services);
  const here: CallChannel = new CallChannel((message) => {
    said.push(message);
    there.hear(structuredClone(message));
  });
  return { here, there, said };
}

test('a method of a service is called, with its own state, and its error comes back', async () => {
  const { here } = pair({ sums: new Adder() });
  const sums = remoteService<Sums>(here, 'sums');
  assert.deepEqual(await Promise.all([sums.add(1, 2), sums.add(3, 4)]), [3, 7]);
  await assert.rejects(sums.fail('too much'), (error) => {
    assert.ok(error instanceof CallError);
    assert.deepEqual([error.name, error.message, error.code], ['RangeError', 'too much', 'E_TEXT']);
    return true;
  });
});

test('only methods of services that are offered are called', async () => {
  const { here } = pair({ sums: new Adder() });
  for (const [service, method] of [
    ['sums', 'constructor'],
    ['sums', '__proto__'],
    ['sums', 'toString'],
    ['sums', 'multiply'],
    ['other', 'add'],
    ['constructor', 'constructor'],
  ] as const)
    await assert.rejects(here.call(service, method, []), /there is no/, `${service}.${method}`);
});

test('a process that is gone answers every call with an error, those that wait and those that come', async () => {
  const { here, said } = pair({ sums: new Adder() });
  const sums = remoteService<Sums>(here, 'sums');
  const waits = [sums.never(), sums.never()].map((one) => assert.rejects(one, /the worker is gone/));
  here.close('the worker is gone');
  await Promise.all(waits);
  await assert.rejects(sums.add(1, 2), /the worker is gone/);
  assert.equal(said.length, 2);
});

test('a process that never answers does not make the other one grow without end', async () => {
  const { here } = pair({ sums: new Adder() });
  const waits = Array.from({ length: 20_000 }, () => here.call('sums', 'never', []).catch(() => 'lost'));
  await assert.rejects(here.call('sums', 'never', []), /does not answer/);
  here.close('over');
  assert.equal((await Promise.all(waits)).filter((one) => one === 'lost').length, 20_000);
});

test('a service that is awaited by mistake is no promise', async () => {
  const { here } = pair({ sums: new Adder() });
  const sums = await remoteService<Sums>(here, 'sums');
  assert.equal(await sums.add(2, 2), 4);
});
