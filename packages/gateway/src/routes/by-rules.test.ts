import assert from 'node:assert/strict';
import { test } from 'node:test';
import { endpoint } from '@duoport/protocol';
import type { RouteFacts } from '../upstream.ts';
import { type RouteRule, routeByRules } from './by-rules.ts';

const nobody: RouteFacts = {
  user: undefined,
  host: undefined,
  peer: endpoint('192.0.2.1', 40_000),
  local: endpoint('192.0.2.2', 21),
  destination: endpoint('192.0.2.2', 21),
  secure: false,
  serverName: undefined,
  target: undefined,
};

/** The host that the rules name; `?`: not known yet; empty: none. */
async function goes(rules: readonly RouteRule[], facts: Partial<RouteFacts>): Promise<string> {
  const routed = await routeByRules(rules)({ ...nobody, ...facts });
  return routed === undefined ? '?' : routed.upstreams.map(({ host }) => host).join(',');
}

test('by user, by HOST, by TLS name, by network; the first that fits decides', async () => {
  const rules: readonly RouteRule[] = [
    { clients: ['10.0.0.0/8'], to: [{ host: 'inside' }] },
    { hosts: ['*.Example.org'], users: ['ann'], to: [{ host: 'both' }] },
    { serverNames: ['tls.example'], to: [{ host: 'name' }] },
    { users: ['web-*', 'b?b'], to: [{ host: 'user' }] },
    { to: [{ host: 'x' }, { host: 'y' }] },
  ];
  const cases: readonly (readonly [Partial<RouteFacts>, string])[] = [
    [{ peer: endpoint('10.1.2.3', 1) }, 'inside'],
    [{}, '?'],
    [{ user: 'ann' }, 'x,y'],
    [{ user: 'ann', host: 'FTP.example.org' }, 'both'],
    [{ user: 'eve', host: 'ftp.example.org' }, 'x,y'],
    [{ user: 'eve', secure: true, serverName: 'TLS.example' }, 'name'],
    [{ user: 'web-1' }, 'user'],
    [{ user: 'bob' }, 'user'],
    [{ user: 'Bob' }, 'x,y'],
  ];
  for (const [facts, expected] of cases) assert.equal(await goes(rules, facts), expected);
});

test('whom no rule fits has no server, and a rule that can be settled early is', async () => {
  assert.equal(await goes([{ users: ['a'], to: [{ host: 'h' }] }], { user: 'b' }), '');
  assert.equal(
    await goes([{ hosts: ['a'], to: [{ host: 'h' }] }, { to: [{ host: 'd' }] }], { host: 'b' }),
    'd',
  );
  assert.equal(await goes([{ clients: ['::1'], users: ['a'], to: [{ host: 'h' }] }], {}), '');
});

test('a pattern and a name that would keep a regular expression busy for ever', async () => {
  const rules = [{ users: [`${'*a'.repeat(30)}b`], to: [{ host: 'h' }] }];
  assert.equal(await goes(rules, { user: 'a'.repeat(8000) }), '');
  assert.equal(await goes(rules, { user: `${'a'.repeat(8000)}b` }), 'h');
});

test('a network that is none is refused when the rules are made', () => {
  assert.throws(() => routeByRules([{ clients: ['10.0.0.0/99'], to: [] }]), /10\.0\.0\.0\/99/);
});
