import assert from 'node:assert/strict';
import { test } from 'node:test';
import { planTls, resolveSettings } from './settings.ts';
import { parseFtpUrl } from './url.ts';

test('TLS is tried on ftp://, required on ftps://, implicit on port 990', () => {
  assert.equal(planTls({ secure: false, port: undefined }, undefined), 'opportunistic');
  assert.equal(planTls({ secure: true, port: 2121 }, undefined), 'explicit');
  assert.equal(planTls({ secure: true, port: 990 }, undefined), 'implicit');
  assert.equal(planTls({ secure: false, port: 990 }, undefined), 'implicit');
});

test('what is asked for wins', () => {
  assert.equal(planTls({ secure: false, port: 990 }, 'none'), 'none');
  assert.equal(planTls({ secure: false, port: 21 }, 'explicit'), 'explicit');
  assert.equal(planTls({ secure: true, port: 990 }, 'explicit'), 'explicit');
  assert.throws(() => planTls({ secure: true, port: 21 }, 'none'), { code: 'FTP_LOCAL_PROTOCOL' });
});

test('the port follows the kind of TLS; the login is anonymous unless told', () => {
  const settings = (url: string, options = {}) => resolveSettings(parseFtpUrl(url), options, () => undefined);
  assert.equal(settings('ftp://h').port, 21);
  assert.equal(settings('ftps://h').port, 21);
  assert.equal(settings('ftps://h', { tls: 'implicit' }).port, 990);
  assert.deepEqual([settings('ftp://h').user, settings('ftp://h').password], ['anonymous', 'anonymous@']);
  assert.deepEqual([settings('ftp://u@h').user, settings('ftp://u@h').password], ['u', '']);
  assert.deepEqual(
    [settings('ftp://u:p@h', { user: 'v' }).user, settings('ftp://u:p@h').password],
    ['v', 'p'],
  );
});
