import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Surroundings, whatLabLacks } from './requirements.ts';

const fine: Surroundings = { platform: 'linux', uid: 0, has: () => true };

test('what a lab needs is named, with what to do', () => {
  assert.equal(whatLabLacks(fine), undefined);
  assert.match(whatLabLacks({ ...fine, platform: 'darwin', uid: 501 }) ?? '', /needs Linux.*this is darwin/);
  assert.match(whatLabLacks({ ...fine, platform: 'win32', uid: undefined }) ?? '', /virtual machine/);
  assert.match(whatLabLacks({ ...fine, uid: 1000 }) ?? '', /needs root.*sudo/);
  const bare = { ...fine, has: (program: string) => !['nft', 'ss'].includes(program) };
  assert.match(
    whatLabLacks(bare) ?? '',
    /needs ss, nft, which are not installed.*apt-get install iproute2 nftables/,
  );
});
