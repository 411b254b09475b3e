import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { networkSet } from './address-class.ts';
import { checkPeer, type PeerFacts, type PeerPolicy, type PeerVerdict } from './peer-check.ts';

const EXACT: PeerPolicy = { kind: 'exact' };
const PREFIX: PeerPolicy = { kind: 'prefix', bits4: 24, bits6: 64 };
const NETWORKS: PeerPolicy = {
  kind: 'networks',
  networks: networkSet(['198.18.0.0/15', '9.0.0.0/8', '10.0.0.0/8']),
};
const TLS: PeerPolicy = { kind: 'tls' };
const ANY: PeerPolicy = { kind: 'any' };

type Row = readonly [PeerPolicy, PeerFacts, PeerVerdict['verdict']];

const DIALLED: readonly Row[] = [
  [EXACT, { control: '8.8.8.8', data: '8.8.8.8', port: 1024 }, 'accept'],
  [EXACT, { control: '8.8.8.8', data: '::ffff:8.8.8.8', port: 65_535 }, 'accept'],
  [EXACT, { control: '10.0.0.7', data: '10.0.0.7', port: 4000 }, 'accept'],
  [EXACT, { control: '8.8.8.8', data: '8.8.8.9', port: 4000 }, 'refuse'],
  [PREFIX, { control: '8.8.8.8', data: '8.8.8.9', port: 4000 }, 'accept'],
  [PREFIX, { control: '8.8.8.8', data: '8.8.9.8', port: 4000 }, 'refuse'],
  [PREFIX, { control: '10.0.0.7', data: '10.0.0.9', port: 4000 }, 'accept'],
  [NETWORKS, { control: '8.8.8.8', data: '9.1.2.3', port: 4000 }, 'accept'],
  [NETWORKS, { control: '8.8.8.8', data: '7.1.2.3', port: 4000 }, 'refuse'],
  [TLS, { control: '8.8.8.8', data: '9.9.9.9', port: 4000 }, 'proof'],
  [ANY, { control: '8.8.8.8', data: '9.9.9.9', port: 4000 }, 'accept'],
];

describe('the peer of a data connection', () => {
  for (const [policy, facts, verdict] of DIALLED) {
    it(`${policy.kind}: control ${facts.control}, data ${facts.data}: ${verdict}`, () => {
      const judged = checkPeer(policy, facts);
      assert.equal(judged.verdict, verdict);
      assert.ok(judged.because.length > 10);
    });
  }

  it('bounce to a port below 1024 is refused, whatever the policy and the address', () => {
    for (const policy of [EXACT, PREFIX, NETWORKS, TLS, ANY]) {
      for (const port of [0, 1, 22, 25, 1023, 65_536]) {
        const facts = { control: '8.8.8.8', data: '8.8.8.8', port };
        assert.equal(checkPeer(policy, facts).verdict, 'refuse', `${policy.kind} ${port}`);
      }
    }
  });

  it('bounce into an inner network is refused to a stranger, whatever the policy', () => {
    for (const data of [
      '127.0.0.1',
      '10.0.0.1',
      '169.254.169.254',
      '100.64.0.1',
      '::1',
      'fe80::1',
      '224.0.0.1',
      '0.0.0.0',
    ]) {
      for (const policy of [ANY, TLS, NETWORKS]) {
        const facts: PeerFacts = { control: '8.8.8.8', data, port: 4000 };
        const { verdict } = checkPeer(policy, facts);
        assert.equal(verdict, 'refuse', data);
      }
    }
    assert.equal(checkPeer(ANY, { control: '10.0.0.7', data: '10.0.0.9', port: 4000 }).verdict, 'accept');
  });

  it('a connection that came in may come from any port', () => {
    assert.equal(checkPeer(EXACT, { control: '8.8.8.8', data: '8.8.8.8' }).verdict, 'accept');
    assert.match(
      checkPeer(EXACT, { control: '8.8.8.8', data: '10.0.0.1' }).because,
      /10\.0\.0\.1 is not .* 8\.8\.8\.8/,
    );
  });
});
