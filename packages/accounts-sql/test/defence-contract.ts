import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Ban, SharedDefence } from '@duoport/server';

const noon = Date.UTC(2096, 5, 1, 12);
const hour = 3_600_000;

function ban(subject: string, more: Partial<Ban> = {}): Ban {
  return { subject, since: noon, until: noon + hour, because: 'noise', by: 'operator', ...more };
}

/** What nodes have in common must be the same wherever it is. `open` gives nodes that share, which are closed here. */
export function defenceContract(kind: string, open: () => Promise<SharedDefence>): void {
  const together = async (
    work: (one: SharedDefence, other: SharedDefence) => Promise<void>,
  ): Promise<void> => {
    const one = await open();
    const other = await open();
    try {
      await work(one, other);
      for (const { subject } of (await one.bans(100_000, noon)).bans) await one.removeBan(subject);
    } finally {
      await one.close();
      await other.close();
    }
  };
  const all = async (node: SharedDefence, after = 0) => {
    let revision = after;
    const changes = [];
    for (;;) {
      const next = await node.changes(revision);
      changes.push(...next.changes);
      if (next.revision === revision) return { revision, changes };
      revision = next.revision;
    }
  };

  test(`${kind}: a ban of one node is a change for the other, and so is its end`, () =>
    together(async (one, other) => {
      const { revision } = await all(other);
      const made = ban('203.0.113.0/24', { until: undefined });
      const { until: _, ...forever } = made;
      await one.addBan(forever);
      await one.addBan(ban("user:o'hara; drop table duoport_bans --", { because: 'ü' }));
      const first = await all(other, revision);
      assert.deepEqual(first.changes, [
        { kind: 'banned', ban: forever },
        { kind: 'banned', ban: ban("user:o'hara; drop table duoport_bans --", { because: 'ü' }) },
      ]);
      assert.deepEqual((await all(other, first.revision)).changes, []);
      assert.equal(await other.removeBan('203.0.113.0/24'), true);
      assert.equal(await one.removeBan('203.0.113.0/24'), false);
      assert.equal(await one.removeBan('192.0.2.1'), false);
      const second = await all(one, first.revision);
      assert.deepEqual(second.changes, [{ kind: 'unbanned', subject: '203.0.113.0/24' }]);
    }));

  test(`${kind}: the list: what holds, the newest first, and how many there are`, () =>
    together(async (one, other) => {
      await one.addBan(ban('192.0.2.1', { since: noon - 2 * hour, until: noon - hour }));
      await one.addBan(ban('192.0.2.2'));
      await other.addBan(ban('192.0.2.3', { since: noon + 1, until: noon + 2 * hour }));
      const { total, bans } = await one.bans(1, noon + 2);
      assert.equal(total, 2);
      assert.deepEqual(
        bans.map(({ subject }) => subject),
        ['192.0.2.3'],
      );
      assert.equal((await one.bans(10, noon + hour)).total, 1);
    }));

  test(`${kind}: a ban of today goes before that of yesterday, but what an operator has banned stays so`, () =>
    together(async (one) => {
      const by = async () => (await one.bans(1, noon + 1)).bans[0];
      await one.addBan(ban('192.0.2.1', { by: 'defence', until: noon + 1000 }));
      await one.addBan(ban('192.0.2.1', { by: 'defence', until: noon + 2000 }));
      assert.equal((await by())?.until, noon + 2000);
      await one.addBan(ban('192.0.2.1', { because: 'by hand' }));
      await one.addBan(ban('192.0.2.1', { by: 'defence', until: noon + 10 * hour }));
      assert.equal((await by())?.because, 'by hand');
    }));

  test(`${kind}: sessions of a user: as many as there may be, whoever asks, and at the same time`, () =>
    together(async (one, other) => {
      const nodes = [one, other];
      const tries = await Promise.all(
        Array.from({ length: 12 }, (_, at) =>
          (nodes[at % 2] ?? one).takeSeat({ session: at, user: 'ann', sessions: 3 }),
        ),
      );
      assert.equal(tries.filter(Boolean).length, 3);
      assert.equal(await one.takeSeat({ session: 100, user: 'bob', sessions: 1 }), true);
      assert.equal(await other.takeSeat({ session: 101, user: 'bob', sessions: 1 }), false);
      const session = tries.indexOf(true);
      const node = nodes[session % 2] ?? one;
      await node.leaveSeat(session);
      await node.leaveSeat(session);
      assert.equal(await other.takeSeat({ session: 102, user: 'ann', sessions: 3 }), true);
      assert.equal(await one.takeSeat({ session: 103, user: 'ann', sessions: 3 }), false);
      // A session that takes another seat before it leaves the first; then its process dies.
      assert.equal(await one.takeSeat({ session: 100, user: 'carl', sessions: 1 }), true);
      await one.leaveSeat(100);
      assert.equal(await other.takeSeat({ session: 104, user: 'bob', sessions: 1 }), true);
      assert.equal(await other.takeSeat({ session: 105, user: 'carl', sessions: 1 }), false);
      await one.leaveSeat(100, 'all');
      assert.equal(await other.takeSeat({ session: 105, user: 'carl', sessions: 1 }), true);
      for (const each of nodes) for (let at = 0; at < 106; at += 1) await each.leaveSeat(at, 'all');
    }));

  test(`${kind}: many bans are read in their order, each once`, () =>
    together(async (one, other) => {
      const { revision } = await all(other);
      const subjects = Array.from({ length: 60 }, (_, at) => `198.18.${at}.0/24`);
      for (const subject of subjects) await one.addBan(ban(subject));
      const { changes } = await all(other, revision);
      assert.deepEqual(
        changes.map((change) => change.kind === 'banned' && change.ban.subject),
        subjects,
      );
    }));
}
