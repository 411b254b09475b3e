// The rules that the firewall package writes, loaded into default-drop firewalls: real clients and servers get through the
// way that was asked for, a scan of every port finds nothing else open, and the undo leaves the rule set as it was.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ProofCase } from '../src/proof/case.ts';
import { proofCases } from '../src/proof/cases.ts';
import { ProofGround } from '../src/proof/run.ts';
import { whatLabLacks } from '../src/requirements.ts';

// As many at a time as the ground has room for.
const options = { skip: whatLabLacks() ?? false, timeout: 1_200_000, concurrency: true };

test('generated rules', options, async (t) => {
  await using ground = await ProofGround.open(3);
  await Promise.all([
    ...proofCases.map((one) =>
      t.test(one.name, async () => {
        const { faults } = await ground.prove(one);
        assert.deepEqual(faults, []);
      }),
    ),
    ...spoiled.map(({ name, change, undo, shows }) =>
      t.test(`the proof notices ${name}`, async () => {
        const { faults } = await ground.prove(
          { ...caseNamed('nftables, server: both, range'), onceOnly: true },
          (rules) => {
            const altered = { ...rules, apply: change(rules.apply), undo: undo ?? rules.undo };
            assert.notDeepEqual(altered, rules, 'nothing was spoiled');
            return altered;
          },
        );
        assert.ok(faults.length > 0, 'no fault found');
        for (const fault of faults) assert.match(fault, shows);
      }),
    ),
  ]);
});

interface Spoiled {
  readonly name: string;
  readonly change: (apply: string) => string;
  readonly undo?: string;
  /** What every fault says. */
  readonly shows: RegExp;
}

const same = (text: string): string => text;

const spoiled: readonly Spoiled[] = [
  {
    name: 'a range that is one port too wide',
    change: (apply) => apply.replace('50000-50049', '50000-50050'),
    shows: /^tcp into server: 198\.51\.100\.2 .*open and must not be: 203\.0\.113\.2 50050$/,
  },
  {
    name: 'a rule for everybody',
    change: (apply) => apply.replaceAll('ip saddr 198.51.100.0/24', ''),
    shows: /192\.0\.2\.5 port 33333.*open and must not be: 203\.0\.113\.2 21, 203\.0\.113\.2 50000-50049$/,
  },
  {
    name: 'a rule for UDP',
    change: (apply) => apply.replace('tcp dport 50000', 'meta l4proto { tcp, udp } th dport 50000'),
    shows: /^udp .*open and must not be: 203\.0\.113\.2 50000-50049$/,
  },
  {
    name: 'a missing rule',
    change: (apply) => apply.replace(/^.*tcp dport 50000.*\n/m, ''),
    shows:
      /^((PASV|EPSV)( under TLS)?, .* does not work|tcp into server: 198\.51.*shut and must not be: 203\.0\.113\.2 50000-50049$)/,
  },
  {
    name: 'an undo that leaves something',
    change: same,
    undo: 'true\n',
    shows: /^after undo the rule set is not as before: \+ .*duoport/,
  },
];

function caseNamed(name: string): ProofCase {
  const found = proofCases.find((one) => one.name === name);
  if (found === undefined) throw new Error(`No case is named ${name}.`);
  return found;
}
