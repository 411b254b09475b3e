import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type FirewallRequest,
  type Flow,
  firewallRules,
  neededFlows,
  type Rules,
  type Target,
} from '@duoport/firewall';
import { requests } from './requests.ts';
import { canonical, canonicalFlows, type Said } from './seen.ts';

export interface Reader {
  readonly target: Target;
  /** Reads the rules back, checking every word against the grammar of the target. */
  read(rules: Rules, request: FirewallRequest): readonly Said[];
  /** The target has no words for this: it must refuse this and nothing else. */
  refuses(request: FirewallRequest, flows: readonly Flow[]): boolean;
  /** Flows that need no rule of their own. Default: none. */
  implied?(flow: Flow): boolean;
  /** Lines of {@link canonicalFlows} that the target leaves out, and says so in a note. */
  readonly leavesOut?: RegExp;
}

/** For every request: the rules read back are the flows, exactly, or the target refuses what it cannot say. */
export function readBack(reader: Reader): void {
  const { target } = reader;
  test(`${target}: what the rules say is what the flows need, no more and no less; or it is refused`, () => {
    let written = 0;
    for (const request of requests) {
      const answer = firewallRules(target, request);
      const about = JSON.stringify(request);
      const flows = neededFlows(request);
      assert.equal(answer.kind === 'refused', reader.refuses(request, flows), `refused or not: ${about}`);
      if (answer.kind === 'refused') {
        assert.match(answer.because, /\.$/);
        assert.match(answer.nearest, /\.$/);
        continue;
      }
      written += 1;
      const needed = flows.filter((flow) => reader.implied?.(flow) !== true);
      const wanted = canonicalFlows(needed).filter((line) => reader.leavesOut?.test(line) !== true);
      assert.deepEqual(canonical(reader.read(answer, request)), wanted, `${about}\n${answer.apply}`);
    }
    assert.ok(written > 5, `${written} requests were not refused`);
  });
}

/** Whether anything of the target's hidden words is needed: the usual reasons to refuse. */
export const needs = {
  through: (request: FirewallRequest): boolean => request.side === 'middle',
  helper: (request: FirewallRequest): boolean => request.helper === true,
  outgoing: (flows: readonly Flow[]): boolean => flows.some(({ direction }) => direction === 'out'),
  sourcePorts: (flows: readonly Flow[]): boolean => flows.some((flow) => flow.sourcePorts !== undefined),
  peers: (flows: readonly Flow[]): boolean =>
    flows.some(({ direction, from, to }) => (direction === 'out' ? to : from).length > 0),
  own: (flows: readonly Flow[]): boolean =>
    flows.some(({ direction, from, to }) => (direction === 'out' ? from : to).length > 0),
};
