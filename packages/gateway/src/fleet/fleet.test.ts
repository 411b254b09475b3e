import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Upstream } from '../upstream.ts';
import { Fleet, type HealthEvent } from './fleet.ts';

const a: Upstream = { host: 'a' };
const b: Upstream = { host: 'b' };

function standing() {
  const clock = { now: 0 };
  const events: HealthEvent[] = [];
  const fleet = new Fleet({
    balance: 'in-order',
    eject: { after: 3, for: 1000 },
    changed: (event) => events.push(event),
    now: () => clock.now,
    random: () => 0.5,
  });
  const order = (): string =>
    fleet
      .order([a, b], 'u')
      .map(({ host }) => host)
      .join('');
  return { clock, events, fleet, order };
}

test('so many failures in a row put a server behind the others, for longer each time; one success forgives', () => {
  const { clock, events, fleet, order } = standing();
  fleet.failed(a, 'no');
  fleet.failed(a, 'no');
  fleet.succeeded(a);
  fleet.failed(a, 'no');
  fleet.failed(a, 'no');
  assert.equal(order(), 'ab');
  fleet.failed(a, 'refused');
  assert.equal(order(), 'ba');
  clock.now = 1000;
  assert.equal(order(), 'ab');
  // It has its chance, and the first failure is enough now.
  fleet.failed(a, 'refused');
  assert.equal(order(), 'ba');
  clock.now = 2999;
  assert.equal(order(), 'ba');
  clock.now = 3000;
  assert.equal(order(), 'ab');
  fleet.succeeded(a);
  assert.deepEqual(
    events.map(({ host, state, because }) => `${host} ${state} ${because}`),
    ['a ejected refused', 'a ejected refused', 'a healthy it works again'],
  );
});

test('a probe puts it behind the others until a probe finds nothing wrong; when all are, all are tried', () => {
  const { events, fleet, order } = standing();
  fleet.probed(a, 'its passive ports are shut');
  fleet.probed(a, 'its passive ports are shut');
  assert.equal(order(), 'ba');
  fleet.probed(b, 'no greeting');
  assert.equal(order(), 'ab');
  fleet.probed(a, undefined);
  fleet.probed(b, undefined);
  assert.equal(order(), 'ab');
  assert.deepEqual(
    events.map(({ host, state }) => `${host} ${state}`),
    ['a unhealthy', 'b unhealthy', 'a healthy', 'b healthy'],
  );
});

test('a server that drains gets nobody new, and keeps those it has', () => {
  const { fleet, order } = standing();
  const closed = fleet.opened(a);
  fleet.drain(a, true);
  assert.equal(order(), 'b');
  const [status] = fleet.status([a]);
  assert.deepEqual([status?.state, status?.sessions], ['draining', 1]);
  closed();
  fleet.drain(a, false);
  assert.equal(order(), 'ab');
});
