import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findTopology } from '../topologies.ts';
import { type Journey, journey } from './journey.ts';
import type { Passage, Sightings } from './tap.ts';

const nothing: Passage = { arrived: 0, delivered: 0, forwarded: 0, sent: 0, left: 0 };
const sent: Partial<Passage> = { sent: 1, left: 1 };
const routed: Partial<Passage> = { arrived: 1, forwarded: 1, left: 1 };
const stopped: Partial<Passage> = { arrived: 1 };
const taken: Partial<Passage> = { arrived: 1, delivered: 1 };

interface Case {
  readonly topology: string;
  readonly seen: Readonly<Record<string, Partial<Passage>>>;
  readonly refusedBy?: string;
  readonly from?: string;
  readonly to?: string;
}

function follow({ topology, seen, refusedBy, from = 'client', to = 'server' }: Case): Journey {
  const sightings = new Map(
    findTopology(topology).hosts.map(({ name }): [string, Sightings] => [
      name,
      { data: { ...nothing, ...seen[name] }, control: nothing, refusals: name === refusedBy ? 1 : 0 },
    ]),
  );
  return journey({ topology: findTopology(topology), sightings, kind: 'data' }, from, to);
}

test('a connection that arrives went through every host of the way', () => {
  const seen = {
    client: sent,
    'client-router': routed,
    internet: routed,
    'server-router': routed,
    server: taken,
  };
  assert.deepEqual(follow({ topology: 'flat-ipv4', seen }), {
    hosts: ['client', 'client-router', 'internet', 'server-router', 'server'],
    end: { kind: 'arrived' },
  });
});

test('a host that saw it come and not go has stopped it; whether it said so is told', () => {
  const seen = { client: sent, 'client-router': routed, box1: stopped };
  assert.deepEqual(follow({ topology: 'four-firewalls-drop', seen }), {
    hosts: ['client', 'client-router', 'box1'],
    end: { kind: 'stopped', host: 'box1', refused: false },
  });
  const { end } = follow({ topology: 'four-firewalls-reject', seen, refusedBy: 'box1' });
  assert.deepEqual(end, { kind: 'stopped', host: 'box1', refused: true });
});

test('the goal itself stops it when its rules do not deliver it', () => {
  const seen = {
    server: sent,
    'server-router': routed,
    internet: routed,
    'client-router': routed,
    client: stopped,
  };
  const { end } = follow({ topology: 'client-shut-drop', seen, from: 'server', to: 'client' });
  assert.deepEqual(end, { kind: 'stopped', host: 'client', refused: false });
});

test('a router that takes it for itself is the wrong host', () => {
  const seen = { client: sent, 'client-router': routed, internet: routed, 'server-router': taken };
  const { end } = follow({ topology: 'server-nat-21-reset', seen, refusedBy: 'server-router' });
  assert.deepEqual(end, { kind: 'wrong-host', host: 'server-router', refused: true });
});

test('a way that turns around at a router: the switch stands in it twice', () => {
  const seen = { client: sent, 'server-router': routed, server: taken };
  assert.deepEqual(follow({ topology: 'server-nat-lan-hairpin', seen }).hosts, [
    'client',
    'lan',
    'server-router',
    'lan',
    'server',
  ]);
});

test('nobody dialled, its own rules stopped it, or nobody has the address', () => {
  assert.deepEqual(follow({ topology: 'flat-ipv4', seen: {} }), { hosts: [], end: { kind: 'not-dialled' } });
  const own = follow({ topology: 'flat-ipv4', seen: { client: { sent: 1 } } });
  assert.deepEqual(own, { hosts: ['client'], end: { kind: 'stopped', host: 'client', refused: false } });
  const lost = follow({ topology: 'flat-ipv4', seen: { client: sent, 'client-router': routed } });
  assert.deepEqual(lost.end, { kind: 'lost', after: 'client-router' });
});
