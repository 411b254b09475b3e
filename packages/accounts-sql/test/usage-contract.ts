import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Amount, type Period, recount, type Usage } from '@duoport/server';

const nothing: Amount = { bytes: 0, files: 0 };
const day = (first: number): Period => ({ kind: 'day', first });

/** What everybody must do who keeps usage. `open`: several who share it, each as a process of its own would have it. */
export function usageContract(
  kind: string,
  open: () => Promise<{ readonly nodes: readonly Usage[]; close(): Promise<void> }>,
): void {
  const with_ = (name: string, work: (one: Usage, other: Usage, all: readonly Usage[]) => Promise<void>) =>
    test(`${kind}: ${name}`, async () => {
      const { nodes, close } = await open();
      try {
        const [one, other = one] = nodes;
        assert.ok(one !== undefined && other !== undefined);
        await work(one, other, nodes);
      } finally {
        for (const account of ['a', 'b']) await nodes[0]?.forget(account);
        await close();
      }
    });
  const hold = (
    usage: Usage,
    bytes: number,
    more: { least?: number; files?: number; account?: string } = {},
  ) => usage.hold({ account: 'a', quota: { bytes: 1000, files: 10 }, bytes, least: 0, files: 0, ...more });

  with_('what is held and stored by one is taken for the other', async (one, other) => {
    const first = await hold(one, 600, { files: 1 });
    assert.deepEqual(first, {
      granted: true,
      bytes: 600,
      files: 1,
      epoch: 0,
      left: { bytes: 400, files: 9 },
    });
    assert.deepEqual((await hold(other, 600)).bytes, 400);
    assert.equal((await hold(other, 1, { least: 1 })).granted, false);
    const { epoch } = first;
    await one.settle({
      account: 'a',
      epoch,
      held: { bytes: 600, files: 1 },
      stored: { bytes: 100, files: 1 },
    });
    const { used, held } = await other.look('a');
    assert.deepEqual(
      [used, held],
      [
        { bytes: 100, files: 1 },
        { bytes: 400, files: 0 },
      ],
    );
    assert.deepEqual((await one.look('b')).used, nothing);
  });

  with_('a new hold settles the one before in any case', async (one) => {
    const { epoch } = await hold(one, 1000);
    const after = { account: 'a', epoch, held: { bytes: 1000, files: 0 }, stored: { bytes: 990, files: 1 } };
    const request = { account: 'a', quota: { bytes: 1000, files: 10 }, files: 0 };
    const next = await one.hold({ ...request, bytes: 500, least: 1, after });
    assert.deepEqual([next.granted, next.bytes, next.left], [true, 10, { bytes: 0, files: 9 }]);
    const last = { ...after, held: { bytes: 10, files: 0 }, stored: { bytes: 10, files: 0 } };
    assert.equal((await one.hold({ ...request, bytes: 1, least: 1, after: last })).granted, false);
    const { used, held } = await one.look('a');
    assert.deepEqual([used, held], [{ bytes: 1000, files: 1 }, nothing]);
  });

  with_('names are all or nothing, and without a limit there is always room', async (one) => {
    assert.equal((await hold(one, 0, { files: 11 })).granted, false);
    assert.equal((await hold(one, 0, { files: 10 })).granted, true);
    assert.equal((await hold(one, 0, { files: 1 })).granted, false);
    const free = await one.hold({ account: 'a', quota: { bytes: 5 }, bytes: 3, least: 3, files: 100 });
    assert.deepEqual(free.left, { bytes: 2, files: Number.MAX_SAFE_INTEGER });
  });

  with_('over the quota nothing is held, and what is asked for as nothing is granted', async (one) => {
    await one.settle({ account: 'a', epoch: 0, held: nothing, stored: { bytes: 5000, files: 50 } });
    assert.deepEqual(await hold(one, 100), { granted: true, ...nothing, epoch: 0, left: nothing });
    assert.equal((await hold(one, 100, { least: 1 })).granted, false);
    assert.equal((await hold(one, 0, { files: 1 })).granted, false);
  });

  with_('it does not matter in which order bookings come', async (one) => {
    await one.settle({ account: 'a', epoch: 0, held: nothing, stored: { bytes: -500, files: -5 } });
    await one.settle({ account: 'a', epoch: 0, held: nothing, stored: { bytes: 700, files: 6 } });
    assert.deepEqual((await one.look('a')).used, { bytes: 200, files: 1 });
    assert.equal((await hold(one, 5000)).bytes, 800);
  });

  with_('many at once get all there is and nothing more', async (_one, _other, nodes) => {
    const grants = await Promise.all(
      Array.from({ length: 32 }, (_, index) => hold(nodes[index % nodes.length] ?? _one, 70, { least: 1 })),
    );
    const sum = grants.reduce((all, { bytes }) => all + bytes, 0);
    assert.equal(sum, 1000);
    assert.equal(grants.filter(({ granted }) => granted).length, 15);
  });

  with_('no booking is lost, whoever makes it', async (one, _other, nodes) => {
    await Promise.all(
      Array.from({ length: 60 }, (_, index) =>
        (nodes[index % nodes.length] ?? one).settle({
          account: 'a',
          epoch: 0,
          held: nothing,
          stored: { bytes: index, files: 1 },
        }),
      ),
    );
    assert.deepEqual((await one.look('a')).used, { bytes: 1770, files: 60 });
  });

  with_('a recount sets what is there, and forgets what a process that died has held', async (one, other) => {
    await hold(one, 700);
    await one.settle({ account: 'a', epoch: 0, held: nothing, stored: { bytes: 50, files: 2 } });
    const done = await recount(other, 'a', async () => ({ bytes: 300, files: 3 }));
    assert.deepEqual(done, { before: { bytes: 50, files: 2 }, now: { bytes: 300, files: 3 }, isBusy: false });
    const { used, held } = await one.look('a');
    assert.deepEqual([used, held], [{ bytes: 300, files: 3 }, nothing]);
    // It was alive after all: what it has stored is booked, what it has held is not given back twice.
    await hold(other, 100);
    await one.settle({
      account: 'a',
      epoch: 0,
      held: { bytes: 700, files: 0 },
      stored: { bytes: 10, files: 0 },
    });
    assert.deepEqual((await one.look('a')).held, { bytes: 100, files: 0 });
    assert.deepEqual((await one.look('a')).used, { bytes: 310, files: 3 });
  });

  with_('what is stored while it is counted is never left out', async (one) => {
    let walks = 0;
    const done = await recount(one, 'a', async () => {
      walks += 1;
      await one.settle({ account: 'a', epoch: 0, held: nothing, stored: { bytes: 40, files: 1 } });
      await one.settle({ account: 'a', epoch: 0, held: nothing, stored: { bytes: -30, files: -1 } });
      return { bytes: 500, files: 5 };
    });
    assert.deepEqual([walks, done.isBusy, done.now], [3, true, { bytes: 540, files: 6 }]);
  });

  with_('an allowance is drawn to the last byte, and given back', async (one, other, nodes) => {
    const request = { account: 'a', direction: 'up', period: day(5), limit: 1000, bytes: 70 } as const;
    const drawn = await Promise.all(
      Array.from({ length: 32 }, (_, index) => (nodes[index % nodes.length] ?? one).draw(request)),
    );
    assert.equal(
      drawn.reduce((all, bytes) => all + bytes, 0),
      1000,
    );
    assert.equal(await one.draw({ ...request, direction: 'down', bytes: 5000 }), 1000);
    await other.refund({ account: 'a', direction: 'up', period: day(5), bytes: 30 });
    assert.equal(await one.draw(request), 30);
    const { up, down, period } = await one.look('a');
    assert.deepEqual([up, down, period], [1000, 1000, day(5)]);
  });

  with_(
    'a new period begins anew, and a clock that is behind does not bring the old one back',
    async (one, other) => {
      const request = { account: 'a', direction: 'down', limit: 100, bytes: 100 } as const;
      assert.equal(await one.draw({ ...request, period: day(5) }), 100);
      assert.equal(await other.draw({ ...request, period: day(5), bytes: 1 }), 0);
      assert.equal(await other.draw({ ...request, period: day(6), bytes: 60 }), 60);
      assert.equal(await one.draw({ ...request, period: day(5) }), 40);
      // What was drawn yesterday is given back to yesterday.
      await one.refund({ account: 'a', direction: 'down', period: day(7), bytes: 50 });
      assert.equal((await one.look('a')).down, 100);
      assert.equal(await one.draw({ ...request, period: { kind: 'month', first: 1 } }), 100);
      assert.equal(await one.draw({ ...request, period: { kind: 'month', first: 1 } }), 0);
      // One whose clock was years ahead has spoilt nothing for ever.
      assert.equal(await one.draw({ ...request, period: { kind: 'month', first: 20_000 } }), 100);
      assert.equal(await one.draw({ ...request, period: { kind: 'month', first: 1 } }), 100);
    },
  );

  with_('large numbers stay exact, and hostile names are names', async (one) => {
    const account = "x'; drop table duoport_usage --";
    const bytes = 9_007_199_254_740_000;
    await one.settle({ account, epoch: 0, held: nothing, stored: { bytes, files: 1 } });
    assert.equal((await one.look(account)).used.bytes, bytes);
    await one.forget(account);
    assert.deepEqual((await one.look(account)).used, nothing);
  });
}
