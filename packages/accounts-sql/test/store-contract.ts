import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AccountFault, type AccountStore } from '@duoport/accounts-sql';

/** What every kind of database must do. `open` gives stores of one database, empty at first; they are closed here. */
export function storeContract(kind: string, open: () => Promise<AccountStore>): void {
  const with_ = async (work: (one: AccountStore, other: AccountStore) => Promise<void>): Promise<void> => {
    const [one, other] = [await open(), await open()];
    try {
      await work(one, other);
    } finally {
      for (const { name } of await one.users()) await one.removeUser(name);
      for (const { name } of await one.groups()) await one.removeGroup(name);
      await one.close();
      await other.close();
    }
  };
  const fault = (message: RegExp) => (error: unknown) =>
    error instanceof AccountFault && message.test(error.message);

  test(`${kind}: what one node writes, the other reads`, () =>
    with_(async (one, other) => {
      assert.equal(await one.user('ada'), undefined);
      const rules = { directory: '/srv/ada', sessions: 3, networks: ['10.0.0.0/8'], modes: ['passive'] };
      await one.addUser('ada', 'hash', { rules });
      assert.deepEqual(await other.user('ada'), {
        name: 'ada',
        password: 'hash',
        group: undefined,
        rules,
        effective: rules,
      });
      await other.setUser('ada', { rules: { sessions: undefined, enabled: false } });
      const { sessions: _, ...left } = rules;
      assert.deepEqual((await one.user('ada'))?.rules, { ...left, enabled: false });
      await one.removeUser('ada');
      assert.equal(await other.user('ada'), undefined);
    }));

  test(`${kind}: names are exact, and come in order`, () =>
    with_(async (one) => {
      for (const name of ['zoë', 'Ada', 'ada', 'a b', "o'hara; drop table duoport_users --", '日本']) {
        await one.addUser(name, name);
      }
      assert.equal((await one.user('ada'))?.password, 'ada');
      assert.equal((await one.user("o'hara; drop table duoport_users --"))?.group, undefined);
      assert.equal(await one.user('ADA'), undefined);
      assert.equal((await one.users()).length, 6);
    }));

  test(`${kind}: a name is taken once, by whoever comes first`, () =>
    with_(async (one, other) => {
      const tries = await Promise.allSettled(
        Array.from({ length: 8 }, (_, index) =>
          (index % 2 === 0 ? one : other).addUser('ada', String(index)),
        ),
      );
      const refused = tries.filter((each) => each.status === 'rejected');
      assert.equal(refused.length, 7);
      for (const { reason } of refused)
        assert.ok(fault(/^There is a user ada already\./)(reason), String(reason));
    }));

  test(`${kind}: changes from two nodes at once are both there`, () =>
    with_(async (one, other) => {
      await one.addUser('ada', 'x');
      await Promise.all([
        one.setUser('ada', { rules: { sessions: 2 } }),
        other.setUser('ada', { rules: { rateUp: 5000 } }),
        one.setUser('ada', { rules: { home: '/in' } }),
        other.setUser('ada', { rules: { requireTls: 'both' } }),
      ]);
      assert.deepEqual((await one.user('ada'))?.rules, {
        sessions: 2,
        rateUp: 5000,
        home: '/in',
        requireTls: 'both',
      });
    }));

  test(`${kind}: what a user does not say, the group does`, () =>
    with_(async (one) => {
      await one.setGroup('staff', { sessions: 2, requireTls: 'both' });
      await one.addUser('ada', 'x', { group: 'staff', rules: { sessions: 5 } });
      assert.deepEqual((await one.user('ada'))?.effective, { sessions: 5, requireTls: 'both' });
      await one.setGroup('staff', { requireTls: undefined, home: '/in' });
      assert.deepEqual((await one.user('ada'))?.effective, { sessions: 5, home: '/in' });
      await assert.rejects(one.removeGroup('staff'), fault(/not empty: ada is in it/));
      await one.setUser('ada', { group: null });
      assert.deepEqual((await one.user('ada'))?.effective, { sessions: 5 });
      await one.removeGroup('staff');
      assert.deepEqual(await one.groups(), []);
    }));

  test(`${kind}: what is not there cannot be changed, and what is wrong is not written`, () =>
    with_(async (one) => {
      await assert.rejects(one.setUser('ada', {}), fault(/no user ada/));
      await assert.rejects(one.removeUser('ada'), fault(/no user ada/));
      await assert.rejects(one.setPassword('ada', 'x'), fault(/no user ada/));
      await assert.rejects(one.removeGroup('staff'), fault(/no group staff/));
      await assert.rejects(one.addUser('ada', 'x', { group: 'staff' }), fault(/no group staff/));
      for (const name of ['', ' ada', 'a\nb', 'a\0b', '\udcfc', 'x'.repeat(256)])
        await assert.rejects(one.addUser(name, 'x'), fault(/^A name has/));
      for (const [rules, message] of [
        [{ sessions: 0 }, /^sessions: a whole number from 1 on/],
        [{ colour: 'red' }, /^colour: there is no such rule/],
        [{ networks: ['10.0.0.0/99'] }, /^networks: /],
        [{ permissions: ['fly'] }, /^permissions: one or more of list, read/],
        [{ directory: 'here' }, /^directory: an absolute path/],
        [{ constructor: 1 }, /no such rule/],
      ] as const) {
        await assert.rejects(one.addUser('ada', 'x', { rules }), fault(message));
      }
      assert.deepEqual(await one.users(), []);
    }));

  test(`${kind}: a new hash does not undo a new password`, () =>
    with_(async (one, other) => {
      await one.addUser('ada', 'old');
      await other.setPassword('ada', 'new');
      assert.equal(await one.setPassword('ada', 'rehashed', 'old'), false);
      assert.equal((await one.user('ada'))?.password, 'new');
    }));

  test(`${kind}: hostile: names that no database takes belong to nobody`, () =>
    with_(async (one) => {
      for (const name of ['a\0b', '\udcfc', '\ufffd', '', 'x'.repeat(9000), "' or 1=1 --"])
        assert.equal(await one.user(name), undefined);
    }));
}
