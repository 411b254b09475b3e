import assert from 'node:assert/strict';
import { test } from 'node:test';
import { activeCases } from '../test/active-cases.ts';
import { inside, passiveCases } from '../test/passive-cases.ts';
import { active, local, passive, seen } from '../test/seen.ts';
import { diagnose } from './diagnose.ts';
import type { Attempt } from './observations.ts';

const cases = [...passiveCases, ...activeCases];

for (const { what, seen: observations, findings } of cases) {
  test(what, () => {
    const report = diagnose(observations);
    const told = report.findings.map(
      ({ code, side, breaks }) =>
        `${code} ${side}: ${breaks.map(({ verb, secure }) => (secure ? `${verb}+` : verb)).join(' ')}`,
    );
    assert.deepEqual(told.sort(), [...findings].sort());
    for (const mode of report.modes) {
      assert.equal(
        mode.cause !== undefined,
        mode.outcome === 'fails',
        `${mode.verb} has a cause when it fails`,
      );
    }
  });
}

test('what works is no finding', () => {
  const report = diagnose(seen([passive('PASV', 'open'), passive('EPSV', 'open'), active('PORT', true)]));
  assert.deepEqual(report.findings, []);
  assert.deepEqual(report.works, { passive: true, active: true });
});

test('a fault breaks a mode, a warning has a twin that works, a note breaks what nobody misses', () => {
  const severity = (...attempts: Attempt[]) => diagnose(seen(attempts)).findings.map((one) => one.severity);
  const unknown = { agreed: { code: 500, text: 'What?' }, dials: [], outcome: 'fails' } as const;
  assert.deepEqual(severity(passive('PASV', 'silent'), active('PORT', true)), ['fault']);
  assert.deepEqual(severity(passive('PASV', 'silent', { announced: inside }), passive('EPSV', 'open')), [
    'warning',
  ]);
  assert.deepEqual(severity(passive('PASV', 'open'), passive('EPSV', 'open', unknown)), ['note']);
});

test('the same observations give the same report', () => {
  const observations = cases[0]?.seen;
  assert.ok(observations !== undefined);
  assert.deepEqual(diagnose(observations), diagnose(structuredClone(observations)));
  assert.equal(local, observations.local?.address);
});
