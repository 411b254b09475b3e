import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { TestAuthority } from '@duoport/testkit';
import { stringify } from 'yaml';
import { locatePeers } from '../../../scripts/debian.mjs';
import { duoport, type Ended, serve, temporary } from './command.ts';

const { curl, lftp, openssl } = locatePeers().paths;

if (curl === undefined || lftp === undefined || openssl === undefined)
  test('real clients', (t) => t.skip('not installed: curl, lftp or openssl'));
else {
  test('curl, lftp, openssl and our own client show certificates, ask for names, and resume on data connections', async () => {
    await using here = await temporary();
    const at = (name: string) => join(here.path, name);
    const authority = await TestAuthority.make();
    const [alice, bob] = [await authority.issue({ name: 'alice' }), await authority.issue({ name: 'bob' })];
    const files = {
      'ca.pem': authority.cert,
      'revoked.pem': await authority.revoked([bob.serial]),
      'alice.pem': alice.cert,
      'alice.key': alice.key,
      'bob.pem': `${bob.cert}\n${bob.key}`,
    };
    for (const [name, text] of Object.entries(files)) await writeFile(at(name), text, { mode: 0o600 });
    for (const name of ['one.example', 'two.example', 'localhost']) {
      const made = await authority.issue({ name, use: 'server', hosts: [name] });
      await writeFile(at(`${name}.pem`), `${made.cert}\n${made.key}`, { mode: 0o600 });
    }
    const certificate = (name: string) => ({ certificate: `${name}.pem`, key: `${name}.pem` });
    const tls = {
      ...certificate('one.example'),
      certificates: [certificate('two.example'), certificate('localhost')],
      require: 'both',
      binding: 'require',
      'client-certificates': 'require',
      'client-authorities': 'ca.pem',
      'client-revocations': ['revoked.pem'],
    };
    await writeFile(at('duoport.yaml'), stringify({ tls }));
    await writeFile(at('f.txt'), 'over TLS\n');
    await using served = await serve(['--config', at('duoport.yaml')], here.path);
    const { port } = served;
    const url = `ftp://localhost:${port}/f.txt`;
    const shown = ['--cert', at('alice.pem'), '--key', at('alice.key')];
    const trusted = ['--ssl-reqd', '--cacert', at('ca.pem'), '--user', 'u:p', '--ipv4'];

    assert.equal((await run(curl, ['-sS', ...trusted, ...shown, url])).stdout, 'over TLS\n');
    assert.notEqual((await run(curl, ['-sS', ...trusted, url])).code, 0);
    assert.notEqual((await run(curl, ['-sS', ...trusted, '--cert', at('bob.pem'), url])).code, 0);

    const settings = [
      'set ftp:ssl-force on; set ftp:ssl-protect-data on; set net:max-retries 1; set cmd:fail-exit yes',
      `set ssl:ca-file ${at('ca.pem')}; set ssl:cert-file ${at('alice.pem')}; set ssl:key-file ${at('alice.key')}`,
    ];
    const cat = `${settings.join('; ')}; open -u u,p ftp://localhost:${port}; cat f.txt; bye`;
    assert.equal((await run(lftp, ['-c', cat])).stdout, 'over TLS\n');

    const asked = ['s_client', '-connect', `127.0.0.1:${port}`, '-starttls', 'ftp', '-CAfile', at('ca.pem')];
    for (const name of ['one.example', 'two.example']) {
      const own = [
        '-servername',
        name,
        '-verify_hostname',
        name,
        '-cert',
        at('alice.pem'),
        '-key',
        at('alice.key'),
      ];
      const { stdout } = await run(openssl, [...asked, ...own], 'QUIT\r\n');
      assert.match(stdout, new RegExp(`subject=CN ?= ?${name}`));
      assert.match(stdout, /Verif(?:y return code: 0|ication: OK)/);
    }

    const ours = ['get', url.replace('ftp://', 'ftp://u:p@'), '-o', '-', '--ca', at('ca.pem')];
    assert.equal((await duoport([...ours, ...shown])).stdout, 'over TLS\n');
    const refused = await duoport(ours);
    assert.notEqual(refused.code, 0);
    assert.match(refused.stderr, /wants a client certificate and got none/);
    assert.match((await duoport([...ours, '--cert', at('bob.pem')])).stderr, /was revoked/);
  });
}

async function run(program: string, words: readonly string[], input = ''): Promise<Ended> {
  const child = spawn(program, words, { env: { PATH: process.env['PATH'], HOME: '/nonexistent' } });
  const [stdout, stderr]: [Buffer[], Buffer[]] = [[], []];
  child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
  child.stdin.on('error', () => undefined).end(input);
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, stdout: Buffer.concat(stdout).toString(), stderr: Buffer.concat(stderr).toString() };
}
