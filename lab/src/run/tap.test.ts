import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findTopology } from '../topologies.ts';
import { sightingsOf, tapRules } from './tap.ts';

test('what goes to a port of the control connection is no data connection', () => {
  assert.match(
    tapRules(findTopology('port-mapped-nat')),
    /tcp dport != \{ 2121, 21 \} counter name data-left/,
  );
  assert.match(tapRules(findTopology('relay-22')), /tcp dport \{ 22, 21, 7000 \}/);
});

test('counters are read as nft prints them', () => {
  const counter = (name: string, packets: number): object => ({
    counter: { family: 'inet', name, table: 'duoport-tap', handle: 1, packets, bytes: 60 * packets },
  });
  const json = JSON.stringify({
    nftables: [{ metainfo: { version: '1.0.6' } }, counter('data-arrived', 2), counter('refusals', 1)],
  });
  const { data, control, refusals } = sightingsOf(json);
  assert.deepEqual(data, { arrived: 2, delivered: 0, forwarded: 0, sent: 0, left: 0 });
  assert.equal(control.arrived, 0);
  assert.equal(refusals, 1);
});
