import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findingCodes } from '@duoport/doctor';
import { findTopology, topologies } from './topologies.ts';
import type { ExpectedCell, Topology } from './topology.ts';
import { wire } from './wiring.ts';

function cellsOf({ expect }: Topology): readonly ExpectedCell[] {
  return Object.values(expect).flatMap(({ plain, tls }) => [plain, tls]);
}

test('there is every number from 1 to 18, in order, and every name once', () => {
  const numbers = topologies.map(({ number }) => number);
  assert.deepEqual(
    [...new Set(numbers)],
    Array.from({ length: 18 }, (_, index) => index + 1),
  );
  assert.deepEqual(
    numbers,
    [...numbers].sort((one, other) => one - other),
  );
  const names = topologies.map(({ name }) => name);
  assert.equal(new Set(names).size, names.length);
  for (const name of names) assert.match(name, /^[a-z0-9]+(-[a-z0-9]+)*$/);
  assert.equal(new Set(topologies.map(({ title }) => title)).size, topologies.length);
});

for (const topology of topologies) {
  test(`${topology.name} can be built: names fit, addresses are there`, () => {
    const wirings = wire(topology);
    for (const { host, ports } of wirings.values()) {
      assert.ok(host.name.length <= 15, host.name);
      const names = ports.map(({ name }) => name);
      assert.equal(new Set(names).size, names.length);
      for (const name of names) assert.match(name, /^[a-z0-9-]{1,15}$/);
    }
    const dialled = [...wirings.values()].flatMap(({ ports }) => ports.flatMap(({ addresses }) => addresses));
    assert.ok(dialled.some((address) => address.startsWith(`${topology.dial.address}/`)));
    for (const role of ['client', 'server']) {
      assert.equal(topology.hosts.filter((host) => host.role === role).length, 1);
    }
  });

  test(`${topology.name} says of every failure who is to blame and where the cure is`, () => {
    for (const cell of cellsOf(topology)) {
      if (cell.outcome !== 'fails') continue;
      assert.ok(cell.causes.length > 0 && cell.sides.length > 0);
      for (const cause of cell.causes) assert.ok(cause in findingCodes, cause);
      for (const { host, side } of cell.cure) {
        const found = topology.hosts.find(({ name }) => name === host);
        assert.equal(found?.role === 'router' ? 'middle' : found?.role, side);
      }
    }
  });
}

test('a topology that is not there: the names that come near are told', () => {
  assert.throws(() => findTopology('server-onyl-21'), /Did you mean: server-only-21-drop/);
  assert.throws(() => findTopology('14'), /Did you mean: relay-21, relay-22/);
  assert.throws(() => findTopology('?'), /There are: flat-ipv4/);
});
