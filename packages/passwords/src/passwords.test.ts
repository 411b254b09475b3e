import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatFault, hashPassword, verifyPassword } from './passwords.ts';

// From the test suites of the formats; those of crypt(3) as `openssl passwd` and glibc's crypt both make them.
const foreign: readonly (readonly [string, string, string])[] = [
  ['bcrypt', 'U*U', '$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW'],
  ['bcrypt, as PHP writes it', 'U*U', '$2y$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW'],
  [
    'argon2i',
    'password',
    '$argon2i$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$wWKIMhR9lyDFvRz9YTZweHKfbftvj+qf+YFY4NeBbtA',
  ],
];
const crypt: readonly (readonly [string, string, string])[] = [
  ['$1$', 'x', '$1$abcdefgh$znAnv9M.XU2pRYfmSs46h/'],
  ['$5$', 'Hello world!', '$5$saltstring$5B8vYYiY.CVt1RlTTf8KbXBH3hsxY/GNooZaBBGWEc5'],
  [
    '$6$',
    'Hello world!',
    '$6$saltstring$svn8UoSVapNtMuq1ukKS4tPQd8iKwSMHWjl/O817G3uBnIFNjnQJuesI68u4OTLiBFdcbYEdFCoEOfaS35inz1',
  ],
  [
    '$6$ with rounds',
    'Hello world!',
    '$6$rounds=10000$saltstringsaltst$OW1/O6BYHV6BcXZu8QVeXbDWra3Oeqh0sbHbbMCVNSnCM/UrjmM0Dp8vOuZeHBy/YTBmSK6H9qs/y3RnOaw5v.',
  ],
  ['$y$', 'x', '$y$j9T$abcdefgh$9WNEpu8Mx2S4KNGvbVWKM6clOSoY6.YEl7AYF4DGV04'],
];

for (const [name, password, hash] of [...foreign, ...(process.platform === 'linux' ? crypt : [])]) {
  test(`a hash of ${name} is verified, and is to be replaced`, async () => {
    assert.equal(await formatFault(hash), undefined);
    assert.deepEqual(await verifyPassword(hash, password), { matches: true, outdated: true });
    for (const wrong of [
      '',
      `${password} `,
      password.slice(1),
      password.toLowerCase().toUpperCase().repeat(2),
    ]) {
      assert.deepEqual(await verifyPassword(hash, wrong), { matches: false, outdated: false }, wrong);
    }
  });
}

test('what is written is argon2id with a salt of its own, and is not to be replaced', async () => {
  const [one, two] = [await hashPassword('löve lace'), await hashPassword('löve lace')];
  assert.match(one, /^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
  assert.notEqual(one, two);
  assert.equal(await formatFault(one), undefined);
  assert.deepEqual(await verifyPassword(one, 'löve lace'), { matches: true, outdated: false });
  assert.equal((await verifyPassword(one, 'love lace')).matches, false);
});

test('a weaker argon2id is to be replaced', async () => {
  const weak = '$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4';
  assert.deepEqual(await verifyPassword(weak, 'password'), { matches: true, outdated: true });
});

test('what cannot be a password is refused before it is hashed', async () => {
  await assert.rejects(hashPassword(''), RangeError);
  await assert.rejects(hashPassword('a\0b'), RangeError);
  await assert.rejects(hashPassword('ä'.repeat(257)), RangeError);
  assert.ok(await hashPassword('ä'.repeat(256)));
});

test('hostile: a NUL does not cut a password short, nor does a long one get far', async () => {
  for (const [, password, hash] of [...foreign, ...crypt]) {
    assert.equal((await verifyPassword(hash, `${password}\0`)).matches, false);
    assert.equal((await verifyPassword(hash, `${password}\0more`)).matches, false);
    assert.equal((await verifyPassword(hash, password.repeat(5000))).matches, false);
  }
});

test('hostile: bytes that are no UTF-8 are not taken for one another', async () => {
  await assert.rejects(hashPassword('\udcfc'), /UTF-8/);
  const hash = await hashPassword('\ufffd');
  assert.equal((await verifyPassword(hash, '\ufffd')).matches, true);
  assert.equal((await verifyPassword(hash, '\udcfc')).matches, false);
  assert.equal((await verifyPassword(undefined, '\udcfc')).matches, false);
});

test('hostile: what is no hash matches nothing', async () => {
  for (const hash of [
    '',
    '*',
    '!',
    'x',
    'plain',
    '$9$a$b',
    '$6$',
    '$2b$99$x',
    '$argon2id$v=19$m=9999999999,t=1,p=1$a$b',
  ]) {
    assert.match((await formatFault(hash)) ?? '', /no hash/, hash);
    for (const given of ['', hash, 'x'])
      assert.equal((await verifyPassword(hash, given)).matches, false, hash);
  }
});

test('a name that nobody has takes as long as a wrong password', async () => {
  const hash = await hashPassword('right');
  const took = async (of: string | undefined): Promise<number> => {
    const start = performance.now();
    await verifyPassword(of, 'wrong');
    return performance.now() - start;
  };
  await took(undefined);
  // In turns, so that whatever else the machine does meets both.
  const known: number[] = [];
  const unknown: number[] = [];
  for (let count = 0; count < 15; count += 1) {
    known.push(await took(hash));
    unknown.push(await took(undefined));
  }
  const ratio = Math.min(...known) / Math.min(...unknown);
  // Without the dummy it is a thousand times as quick.
  assert.ok(ratio > 1 / 4 && ratio < 4, `${ratio}`);
});

test('many logins at once leave the event loop alone', async () => {
  const hash = await hashPassword('right');
  let turns = 0;
  const spin = (): void => {
    turns += 1;
    immediate = setImmediate(spin);
  };
  let immediate = setImmediate(spin);
  const all = await Promise.all(
    Array.from({ length: 24 }, (_, index) => verifyPassword(hash, index % 2 === 0 ? 'right' : 'wrong')),
  );
  clearImmediate(immediate);
  assert.equal(all.filter(({ matches }) => matches).length, 12);
  // Hashed on the main thread, the loop would turn about once for each of them.
  assert.ok(turns > 240, `${turns}`);
});
