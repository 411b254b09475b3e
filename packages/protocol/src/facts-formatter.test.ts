import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { encodeFacts, factNames } from './facts.ts';
import { FactsFormatter } from './facts-formatter.ts';
import type { Entry } from './listing/entry.ts';

const entries = fc.record(
  {
    name: fc.string({ minLength: 1 }).filter((name) => !/[\r\n\0]/.test(name)),
    type: fc.constantFrom('file', 'directory', 'symlink', 'other'),
    size: fc.nat(),
    modified: fc.integer({ min: 0, max: 4_000_000_000_000 }),
    created: fc.nat(),
    mode: fc.integer({ min: 0, max: 0o7777 }),
    owner: fc.constantFrom('ftp', '1000', 'Domain Users'),
    group: fc.constantFrom('ftp', 'a;b'),
    unique: fc.constantFrom('801g2', undefined),
    target: fc.constantFrom('/there', undefined),
    place: fc.constantFrom('current', undefined),
  },
  { requiredKeys: ['name', 'type'] },
) as fc.Arbitrary<Entry>;

test('a formatter writes the lines of encodeFacts', () => {
  fc.assert(
    fc.property(fc.array(entries), fc.subarray([...factNames]), (listing, names) => {
      const told = new Set(names);
      const permissions = { file: 'r', directory: 'el' };
      const formatter = new FactsFormatter({ told, permissions });
      for (const entry of listing) {
        const may = entry.type === 'directory' ? permissions.directory : permissions.file;
        assert.equal(formatter.line(entry), encodeFacts({ ...entry, permissions: may }, told));
      }
    }),
  );
});

test('names that no line can hold are left out of a listing', () => {
  const formatter = new FactsFormatter({ told: new Set(['type']) });
  assert.equal(
    formatter.lines([
      { name: 'a\r\nb', type: 'file' },
      { name: 'c', type: 'file' },
    ]),
    'type=file; c\r\n',
  );
});
