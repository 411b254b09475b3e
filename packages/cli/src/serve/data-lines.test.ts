import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ServerEvent } from '@duoport/server';
import { SessionLog } from './session-log.ts';

const at = { session: 7, peer: { address: '203.0.113.9', port: 40000, family: 4 } } as const;
const local = { address: '192.0.2.1', port: 50_012, family: 4 } as const;
const now = new Date(2030, 0, 1, 9, 5, 7);

function line(event: ServerEvent): string {
  const log = new SessionLog({ verbose: false });
  log.line({ ...at, kind: 'login', user: 'ann', secure: false, anonymous: false }, now);
  return log.line(event, now) ?? '';
}

const failed = {
  ...at,
  kind: 'data-failed',
  mode: 'passive',
  problem: 'never-came',
  cause: 'range-shut',
  explanation: 'port 50012 is probably shut',
  secure: false,
  local,
  remote: at.peer,
  advertised: local,
  waited: 30_000,
} as const;

const shut = {
  ...at,
  kind: 'data-shut',
  cause: 'range-shut',
  explanation: 'port 50012 is probably shut',
  network: '203.0.113.0/24',
  failures: 3,
} as const;

const opens = {
  side: 'server',
  mode: 'passive',
  controlPort: 2121,
  passivePorts: { low: 50_000, high: 50_099 },
  sourcePort: undefined,
  server: '192.0.2.1',
  secure: false,
} as const;

test('a data connection that failed: who waited for whom, how long, why probably', () => {
  assert.equal(
    line(failed),
    '09:05:07 #7 203.0.113.9:40000 ann: no data connection, passive mode: waited 30.0 s on 192.0.2.1:50012 for 203.0.113.9: port 50012 is probably shut',
  );
  assert.match(
    line({ ...failed, mode: 'active', problem: 'no-answer' }),
    /active mode: 203\.0\.113\.9:40000 was dialled for 30\.0 s: /,
  );
  assert.match(line({ ...failed, mode: 'active', problem: 'illegal-address' }), /was not dialled: /);
});

test('several that failed: the rule that opens the range, and the command for other firewalls', () => {
  const text = line({ ...shut, opens });
  assert.match(text, /3 data connections with clients in 203\.0\.113\.0\/24 failed/);
  assert.match(text, /dport.*50000-50099/);
  assert.match(
    text,
    /duoport firewall --for \S+ --side server --modes passive --control-port 2121 --passive-ports 50000-50099/,
  );
});

test('a server without a range is told to take one', () => {
  const text = line({ ...shut, opens: { ...opens, passivePorts: undefined } });
  assert.match(text, /--passive-ports 50000-50999/);
});

test('the client’s side: from the port that the server dials from', () => {
  const text = line({
    ...shut,
    cause: 'client-shut',
    opens: { ...opens, side: 'client', mode: 'active', sourcePort: 20, passivePorts: undefined },
  });
  assert.match(text, /sport 20/);
  assert.match(
    text,
    /--side client --modes active --control-port 2121 --source-port 20 --servers 192\.0\.2\.1/,
  );
});

test('no rule where none helps', () => {
  assert.ok(!line({ ...shut, cause: 'other-address', opens: undefined }).includes('\n'));
});
