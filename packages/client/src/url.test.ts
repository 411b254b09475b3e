import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeText } from '@duoport/protocol';
import { parseFtpUrl } from './url.ts';

test('all parts of a URL', () => {
  assert.deepEqual(parseFtpUrl('ftp://me:s%40crt@files.example:2121/a/b%20c;type=A'), {
    secure: false,
    host: 'files.example',
    port: 2121,
    user: 'me',
    password: 's@crt',
    path: 'a/b c',
    type: 'ascii',
  });
});

test('a URL of nothing but a host', () => {
  const { host, port, user, password, path, type } = parseFtpUrl('FTP://Example.COM');
  assert.deepEqual(
    [host, port, user, password, path, type],
    ['example.com', undefined, undefined, undefined, '', undefined],
  );
});

test('ftps:// is secure, and its port is kept', () => {
  assert.equal(parseFtpUrl('ftps://h').secure, true);
  assert.equal(parseFtpUrl('FTPS://h').secure, true);
  assert.equal(parseFtpUrl('ftps://h:990/').port, 990);
});

test('IPv6 hosts come without brackets', () => {
  assert.equal(parseFtpUrl('ftp://[2001:DB8::1]:21/x').host, '2001:db8::1');
});

test('paths are relative unless a second slash or %2F begins them', () => {
  assert.equal(parseFtpUrl('ftp://h/etc/motd').path, 'etc/motd');
  assert.equal(parseFtpUrl('ftp://h//etc/motd').path, '/etc/motd');
  assert.equal(parseFtpUrl('ftp://h/%2Fetc/motd').path, '/etc/motd');
  assert.equal(parseFtpUrl('ftp://h/dir/').path, 'dir/');
});

test('a question mark belongs to the name: FTP has no query', () => {
  assert.equal(parseFtpUrl('ftp://h/why?x=1').path, 'why?x=1');
});

test('escapes are bytes: Latin-1 and UTF-8 names survive', () => {
  assert.deepEqual([...encodeText(parseFtpUrl('ftp://h/caf%E9').path)], [0x63, 0x61, 0x66, 0xe9]);
  assert.equal(parseFtpUrl('ftp://h/caf%C3%A9').path, 'café');
  assert.equal(parseFtpUrl('ftp://h/café').path, 'café');
  assert.equal(parseFtpUrl('ftp://h/100%').path, '100%');
});

test('a URL that smuggles in another command is refused', () => {
  const attacks = [
    'ftp://h/a%0d%0aDELE%20b',
    'ftp://h/a\r\nDELE b',
    'ftp://a%0Ab@h/',
    'ftp://u:p%00@h/',
    'ftp://h/a\0',
  ];
  for (const url of attacks) assert.throws(() => parseFtpUrl(url), { code: 'FTP_LOCAL_PROTOCOL' });
});

test('what is no FTP URL is refused, and the password is not in the message', () => {
  for (const url of ['http://h/', 'h', '', 'ftp:/h', 'ftp://u:secret@h:99999/', 'ftp://']) {
    assert.throws(
      () => parseFtpUrl(url),
      (error: Error) =>
        'code' in error && error.code === 'FTP_LOCAL_PROTOCOL' && !error.message.includes('secret'),
    );
  }
});

test('? and # belong to the name', () => {
  assert.equal(parseFtpUrl('ftp://h/a?b#c').path, 'a?b#c');
  assert.equal(parseFtpUrl('ftp://h/a#b;type=a').path, 'a#b');
});
