import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatNetwork, networkAround, parseNetwork } from './network.ts';
import { NetworkList } from './network-list.ts';
import { NetworkTable } from './network-table.ts';
import { sortInTurns } from './sort-in-turns.ts';

async function* chunks(text: string, size: number): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

const lists = (text: string, size = 4096) => NetworkList.read(chunks(text, size));

const published = `# a list as it is published
1.10.16.0/20 ; SBL256894
203.0.113.7\r
  198.51.100.0/24   # remark
10.0.0.0/9
10.128.0.0/9

2001:db8::/32
2001:db9:0:1::5
::ffff:192.0.2.128/121
0.0.0.0/32`;

test('a list of networks, in any pieces', async () => {
  for (const size of [1, 2, 7, 64, 4096]) {
    const list = await lists(published, size);
    assert.equal(list.networks, 9);
    for (const inside of [
      '1.10.16.0',
      '1.10.31.255',
      '203.0.113.7',
      '198.51.100.255',
      '10.0.0.0',
      '10.127.255.255',
      '10.128.0.0',
      '10.255.255.255',
      '2001:db8::1',
      '2001:db8:ffff:ffff:ffff:ffff:ffff:ffff',
      '2001:db9:0:1::5',
      '::ffff:203.0.113.7',
      '192.0.2.200',
      '0.0.0.0',
    ])
      assert.ok(list.has(inside), inside);
    for (const outside of [
      '1.10.15.255',
      '1.10.32.0',
      '203.0.113.6',
      '203.0.113.8',
      '9.255.255.255',
      '11.0.0.0',
      '2001:db7:ffff::',
      '2001:db9::5',
      '2001:db9:0:1::6',
      '192.0.2.127',
      '0.0.0.1',
      '255.255.255.255',
      'no address',
    ])
      assert.ok(!list.has(outside), outside);
  }
});

test('a list of everything, and one of nothing', async () => {
  const all = await lists('0.0.0.0/0\n::/0\n');
  for (const address of ['0.0.0.0', '255.255.255.255', '::', 'ffff::1']) assert.ok(all.has(address));
  const none = await lists('\n\n# nothing\n');
  assert.equal(none.networks, 0);
  assert.ok(!none.has('1.2.3.4'));
  assert.ok(!none.has('::1'));
});

test('a line that is no network is told with its number, and nothing is passed over', async () => {
  for (const [text, line] of [
    ['1.2.3.4\n1.2.3\n', 2],
    ['1.2.3.4/33', 1],
    ['1.2.3.4\n\n1.2.3.256\n', 3],
    ['010.1.2.3\n', 1],
    ['1.2.3.4/\n', 1],
    ['1.2.3.4.5\n', 1],
    ['2001:db8::/129\n', 1],
    ['example.org\n', 1],
    ['1.2.3.4-1.2.3.9\n', 1],
  ] as const)
    await assert.rejects(lists(text), { name: 'NetworkListFault', line });
  await assert.rejects(lists(`1.2.3.4\n${'x'.repeat(100_000)}`), /line 2: too long/);
});

test('many networks that overlap: found as each by itself is', async () => {
  let seed = 7;
  const random = (below: number): number => {
    seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31;
    return Math.floor((seed / 2 ** 31) * below);
  };
  const address = () => `10.${random(4)}.${random(4)}.${random(256)}`;
  const texts = Array.from({ length: 500 }, () => `${address()}/${20 + random(13)}`);
  const list = await lists(texts.join('\n'));
  const table = new NetworkTable<string>();
  for (const text of texts) {
    const network = parseNetwork(text);
    assert.ok(network);
    table.set(network, text);
  }
  for (let count = 0; count < 2000; count += 1) {
    const asked = address();
    assert.equal(list.has(asked), table.around(asked).next().value !== undefined, asked);
  }
});

test('networks have one spelling', () => {
  const spelled = (text: string) => {
    const network = parseNetwork(text);
    return network && formatNetwork(network);
  };
  assert.equal(spelled('10.1.2.3/8'), '10.0.0.0/8');
  assert.equal(spelled('10.1.2.3/32'), '10.1.2.3');
  assert.equal(spelled('2001:DB8:0::1/33'), '2001:db8::/33');
  assert.equal(spelled('::ffff:10.1.2.3'), '10.1.2.3');
  assert.equal(spelled('::ffff:10.1.2.3/104'), '10.0.0.0/8');
  for (const wrong of ['', '/8', '10.0.0.0/', '10.0.0.0/33', '::ffff:10.0.0.0/95', '::/129', '1.2.3', 'x'])
    assert.equal(spelled(wrong), undefined, wrong);
  const around = networkAround('2001:db8:1:2:3::4', { four: 24, six: 48 });
  assert.equal(around && formatNetwork(around), '2001:db8:1::/48');
});

test('a table of networks: the narrowest first, and what is taken out is gone', () => {
  const table = new NetworkTable<string>();
  const put = (text: string) => {
    const network = parseNetwork(text);
    assert.ok(network);
    table.set(network, text);
  };
  const texts = ['0.0.0.0/0', '10.0.0.0/8', '10.1.2.3', '2001:db8::/32', '2001:db8::1', '::/0'];
  for (const text of [...texts, ...texts]) put(text);
  assert.equal(table.size, 6);
  assert.deepEqual([...table.around('10.1.2.3')], ['10.1.2.3', '10.0.0.0/8', '0.0.0.0/0']);
  assert.deepEqual([...table.around('2001:db8::1')], ['2001:db8::1', '2001:db8::/32', '::/0']);
  assert.deepEqual([...table.around('::2')], ['::/0']);
  const eight = parseNetwork('10.0.0.0/8');
  assert.ok(eight && table.delete(eight) && !table.delete(eight));
  assert.deepEqual([...table.around('10.1.2.3')], ['10.1.2.3', '0.0.0.0/0']);
});

test('numbers are sorted in turns', async () => {
  for (const size of [0, 1, 70_000, 200_001]) {
    const numbers = Uint32Array.from({ length: size }, (_, at) => Math.imul(at, 2_654_435_761) >>> 0);
    const expected = numbers.slice().sort();
    assert.deepEqual(await sortInTurns(numbers), expected);
  }
});
