import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { type Announcement, announcementLines } from './announcement.ts';

// DUOPORT_GOLDEN=write makes the golden files anew; look at the difference before it is committed.
function golden(name: string, lines: readonly string[]): void {
  const file = new URL(`golden/${name}.txt`, import.meta.url);
  const text = `${lines.join('\n')}\n`;
  if (process.env['DUOPORT_GOLDEN'] === 'write') writeFileSync(file, text);
  assert.equal(text, readFileSync(file, 'utf8'));
}

const plain: Announcement = {
  folder: '/srv/files',
  doors: [{ port: 2121, implicitTls: false, addresses: ['192.0.2.5', '2001:db8::5', '127.0.0.1'] }],
  users: [{ name: 'duoport', password: 'abcd-efgh-2345', readOnly: false }],
  accounts: undefined,
  modes: { passive: true, active: true },
  passivePorts: { low: 50000, high: 50100 },
  singlePort: false,
  passiveAddress: undefined,
  activeSourcePort: undefined,
  certificate: undefined,
  requireTls: 'none',
  sample: 'readme.txt',
  portRemark: 'not 21, for this user may not open it',
  metrics: undefined,
};

const certificate = { sha256: 'AB:CD', sha1: 'EF:01', pin: 'cGlu', selfSigned: true };

test('a folder and nothing else', () => {
  golden('plain', announcementLines(plain));
});

test('TLS both ways, two users, anonymous, one mode', () => {
  golden(
    'tls',
    announcementLines({
      ...plain,
      doors: [
        { port: 21, implicitTls: false, addresses: ['::1'] },
        { port: 990, implicitTls: true, addresses: ['::1'] },
      ],
      users: [
        { name: "o'hara", password: undefined, readOnly: true },
        { name: undefined, password: undefined, readOnly: true },
      ],
      modes: { passive: true, active: false },
      passiveAddress: [{ address: 'ftp.example' }],
      certificate,
      requireTls: 'both',
      sample: "it's two words.txt",
      portRemark: undefined,
    }),
  );
});

test('a password that was set by somebody is not in the announcement', () => {
  const users = [{ name: 'u', password: undefined, readOnly: false }];
  const text = announcementLines({ ...plain, users }).join('\n');
  assert.match(text, /curl --user u ftp:/);
  assert.match(text, /lftp -u u -e/);
  assert.match(text, /wget --user=u --ask-password/);
});

test('a folder name with terminal control sequences is escaped', () => {
  assert.ok(
    !announcementLines({ ...plain, folder: '/srv/\x1b[2J' })
      .join('')
      .includes('\x1b'),
  );
});
