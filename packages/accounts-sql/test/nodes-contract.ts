import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SqlDefence, SqlDefenceOptions } from '@duoport/accounts-sql';

/** What nodes that may die do for each other, in every kind of database. */
export function nodesContract(kind: string, open: (options: SqlDefenceOptions) => Promise<SqlDefence>): void {
  const lease = 15_000;

  test(`${kind}: a node that died gives its sessions back when its lease is over, and not before`, async () => {
    const [dead, alive, watcher] = [await open({ lease }), await open({ lease }), await open({ lease })];
    const taken = async () => await watcher.takeSeat({ session: 9, user: 'zoe', sessions: 2 });
    assert.equal(await dead.takeSeat({ session: 1, user: 'zoe', sessions: 2 }), true);
    assert.equal(await alive.takeSeat({ session: 1, user: 'zoe', sessions: 2 }), true);
    assert.equal(await taken(), false);
    let now = 0;
    // Nobody hears of the dead one any more; its connection to the database may well live.
    const pass = async (time: number) => {
      for (const end = now + time; now < end; now += 3000) {
        await alive.beat(now);
        await watcher.beat(now);
      }
    };
    await pass(lease);
    assert.equal(await taken(), false);
    await pass(lease);
    assert.equal(await taken(), true);
    assert.equal(await watcher.takeSeat({ session: 10, user: 'zoe', sessions: 2 }), false);
    // It was not dead, but cut off: it is back with its session, and nobody else gets in for it.
    await dead.beat(now);
    await watcher.leaveSeat(9);
    assert.equal(await taken(), false);
    for (const node of [dead, alive, watcher]) await node.close();
  });

  test(`${kind}: a watcher that could not look takes nobody for dead`, async () => {
    const [silent, watcher] = [await open({ lease }), await open({ lease })];
    assert.equal(await silent.takeSeat({ session: 1, user: 'yan', sessions: 1 }), true);
    for (const now of [0, 100_000, 200_000, 300_000]) await watcher.beat(now);
    assert.equal(await watcher.takeSeat({ session: 1, user: 'yan', sessions: 1 }), false);
    await silent.close();
    assert.equal(await watcher.takeSeat({ session: 1, user: 'yan', sessions: 1 }), true);
    await watcher.close();
  });

  test(`${kind}: points of one node are heard by the others, once, and not by itself`, async () => {
    const [one, other] = [await open({}), await open({})];
    await one.exchange([]);
    await other.exchange([]);
    const points = Array.from({ length: 450 }, (_, at) => ({ subject: `198.51.100.${at}`, points: at / 2 }));
    assert.deepEqual(await one.exchange(points), []);
    assert.deepEqual(await other.exchange([]), points);
    assert.deepEqual(await other.exchange([]), []);
    await one.close();
    await other.close();
  });

  test(`${kind}: what is over is forgotten after a while`, async () => {
    let wall = Date.UTC(2030, 0, 1);
    const node = await open({ wall: () => wall });
    await node.addBan({ subject: '192.0.2.1', since: wall, until: wall + 1000, because: '', by: 'defence' });
    await node.addBan({ subject: '192.0.2.2', since: wall, because: '', by: 'operator' });
    wall += 2 * 86_400_000;
    for (let count = 0; count < 61; count += 1) await node.exchange([]);
    const { changes } = await node.changes(0);
    const left = changes.map((change) => (change.kind === 'banned' ? change.ban.subject : change.subject));
    assert.ok(left.includes('192.0.2.2') && !left.includes('192.0.2.1'), left.join());
    await node.removeBan('192.0.2.2');
    await node.close();
  });
}
