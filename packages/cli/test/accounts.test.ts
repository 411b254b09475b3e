import assert from 'node:assert/strict';
import { mkdir, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { connect } from '@duoport/client';
import { certificate, TestAuthority } from '@duoport/testkit';
import { slapdTree, startLdap } from '../../accounts/test/ldap-server.ts';
import { json, startService } from '../../accounts/test/web-service.ts';
import { duoport, type Serving, serve, temporary, within } from './command.ts';

const slapd = slapdTree();
const people = 'ou=people,dc=example,dc=org';
const service = "bind-dn: 'cn=service,dc=example,dc=org'";

/** A folder with a settings file. */
async function place(settings: readonly string[]) {
  const folder = await temporary();
  const file = join(folder.path, 'duoport.yaml');
  const write = (lines: readonly string[]) => writeFile(file, `${lines.join('\n')}\n`);
  await write(settings);
  await writeFile(join(folder.path, 'x.txt'), 'x');
  return { ...folder, path: folder.path, file, write };
}

/** What the user sees, or what the server says instead. */
async function login(server: Serving, who: string): Promise<string> {
  try {
    await using ftp = await connect(server.url().replace('u:p@', `${who}@`));
    const names: string[] = [];
    for await (const { name } of ftp.list('/')) names.push(name);
    return names.join(' ');
  } catch (error) {
    return String(error);
  }
}

for (const workers of ['1', '2']) {
  test(`several places in an order: the first that knows the name decides (workers: ${workers})`, async () => {
    await using web = await startService(({ body }, response) => {
      const { user, password } = JSON.parse(body);
      if (user !== 'web' && user !== 'mod') json(response, 404, {});
      else if (password === 'http') json(response, 200, { permissions: 'read', 'rate-down': '5M' });
      else json(response, 401, {});
    });
    await using here = await place([
      // Wrong passwords are answered at once.
      'defence: {enabled: false}',
      'accounts:',
      '  - ./mine.mjs',
      '  - {type: database, at: users.db}',
      `  - {type: http, url: '${web.url}', secret: a secret of both sides}`,
    ]);
    await writeFile(
      join(here.path, 'mine.mjs'),
      "export const login = ({ user, password }) => (user === 'mod' ? password === 'one' && { sessions: 2 } : undefined);",
    );
    const added = await duoport(['user', 'add', 'dat', '--config', here.file], { input: 'base\n' });
    assert.equal(added.code, 0, added.stderr);
    await using server = await serve(['--config', here.file, '--workers', workers], here.path);
    assert.equal(
      server.ready['accounts'],
      `${join(here.path, 'mine.mjs')}, ${join(here.path, 'users.db')}, ${web.url}`,
    );
    for (const who of ['u:p', 'mod:one', 'dat:base', 'web:http'])
      assert.match(await login(server, who), /x\.txt/, who);
    // The service would let it in, and is not asked.
    for (const who of ['u:http', 'mod:http', 'dat:http', 'web:base', 'nobody:http'])
      assert.match(await login(server, who), /530 Login incorrect/, who);
    assert.ok(!web.questions.some(({ body }) => /"(?:mod|dat|u)"/.test(body)));
    await using reader = await connect(server.url().replace('u:p@', 'web:http@'));
    await assert.rejects(reader.put(Buffer.from('y'), 'y'), /550/);
  });
}

test('a module is loaded anew by a reload when it was changed, and a broken one changes nothing', async () => {
  await using here = await place(['accounts: ./mine.mjs', 'defence: {enabled: false}']);
  const module = join(here.path, 'mine.mjs');
  let age = 0;
  const write = async (text: string) => {
    await writeFile(module, text);
    // As if seconds had gone by.
    await utimes(module, 1_000_000, 1_000_000 + ++age);
  };
  await write("export const login = ({ password }) => password === 'one';");
  await using server = await serve(['--config', here.file], here.path);
  assert.match(await login(server, 'ann:one'), /x\.txt/);
  await write("export const login = ({ password }) => password === 'two';");
  assert.match(await login(server, 'ann:two'), /530 Login incorrect/);
  server.child.kill('SIGHUP');
  await server.event('reloaded');
  assert.match(await login(server, 'ann:two'), /x\.txt/);
  await write('export const login = (');
  server.child.kill('SIGHUP');
  const failed = await server.event('reload-failed');
  assert.match(
    String(failed['message']),
    /duoport\.yaml, line 1: accounts 1\.path: The module cannot be used: /,
  );
  assert.match(await login(server, 'ann:two'), /x\.txt/);
});

test('a directory that is gone: logins get 421 and the log the reason, sessions go on, and it is used when it is back', async (t) => {
  if (slapd === undefined) return t.skip('not installed: slapd');
  await using home = await temporary();
  await using ldap = await startLdap(slapd, home.path);
  await using here = await place([
    'accounts:',
    `  - {type: ldap, url: '${ldap.url}', base: '${people}', ${service}, bind-password: searching,`,
    '     attributes: {directory: homeDirectory}}',
  ]);
  await ldap.stop();
  await using server = await serve(['--config', here.file], here.path);
  const gone = await login(server, 'ann:secret-ann');
  assert.match(gone, /Logins are not possible at the moment/);
  assert.match(
    String((await server.event('logins-unavailable'))['because']),
    /The LDAP server ldap:.*ECONNREFUSED/,
  );
  assert.match(server.stderr(), /cannot be used: .*ECONNREFUSED.*Until that is mended, logins get 421/);
  await ldap.start();
  await writeFile(join(home.path, 'of-ann.txt'), 'a');
  const url = server.url().replace('u:p@', 'ann:secret-ann@');
  await using ann = await connect(url);
  await ldap.stop();
  assert.match(await login(server, 'ann:secret-ann'), /421/);
  assert.equal((await ann.stat('of-ann.txt')).size, 1);
  await ldap.start();
  assert.match(await login(server, 'ann:secret-ann'), /of-ann\.txt/);
});

test('config check tries what can be tried, and says where it is written', async (t) => {
  if (slapd === undefined) return t.skip('not installed: slapd');
  await using home = await temporary();
  await using ldap = await startLdap(slapd, home.path);
  const source = (more: string, url = ldap.url) => [
    '# Users',
    'accounts:',
    `  - {type: ldap, url: '${url}', ${more}}`,
  ];
  await using here = await place(source(`base: '${people}', ${service}, bind-password: searching`));
  const check = (words: readonly string[] = []) => within(['config', 'check', here.file, ...words]);
  assert.equal((await check()).code, 0);
  for (const [lines, message] of [
    [
      source(`base: '${people}', ${service}, bind-password: nonsense`),
      /line 3: accounts 1: The LDAP server .* it refuses cn=service.*49/,
    ],
    [source("base: 'ou=nowhere,dc=example,dc=org'"), /line 3: accounts 1: .*no such object \(32\)/],
    [source(`base: '${people}'`, 'ldap://127.0.0.1:1'), /line 3: accounts 1: .*ECONNREFUSED/],
    [
      source(`base: '${people}', ca: gone.pem`),
      /line 3: accounts 1\.ca: .*gone\.pem cannot be read \(ENOENT\)/,
    ],
    [['accounts: ./gone.mjs'], /line 1: accounts 1\.path: The module cannot be used: /],
  ] as const) {
    await here.write(lines);
    const checked = await check();
    assert.equal(checked.code, 2, checked.stdout);
    assert.match(checked.stderr, message);
    assert.doesNotMatch(checked.stderr, /nonsense/);
  }
  await here.write(source(`base: '${people}'`, 'ldap://127.0.0.1:1'));
  assert.equal((await check(['--offline'])).code, 0);
});

test('what is wrong with a place is said with file, line, key and cure', async () => {
  await using here = await temporary();
  const file = join(here.path, 'duoport.yaml');
  await mkdir(join(here.path, 'x'));
  for (const [text, message] of [
    ['accounts: ldaps://x', /line 1: accounts 1: Write it as a map: \{type: ldap, url: …\}/],
    ['accounts: []', /line 1: accounts: Name a place, or leave the key out/],
    [
      'accounts: [{type: ldapp}]',
      /line 1: accounts 1\.type: Write one of database, ldap, http, module, system/,
    ],
    ['accounts: [{type: ldap}]', /line 1: accounts 1\.url: It is missing/],
    [
      'accounts:\n  - {type: ldap, url: "ldap://x"}',
      /line 2: accounts 1\.base: Write either base.*or user-dn/,
    ],
    [
      'accounts:\n  - {type: ldap, url: "http://x", base: x}',
      /accounts 1\.url: Write a URL that begins with ldaps:\/\//,
    ],
    [
      'accounts:\n  - {type: ldap, url: "ldap://x", base: x, filter: (uid=ann)}',
      /accounts 1\.filter: It needs \{user\}/,
    ],
    [
      'accounts:\n  - {type: ldap, url: "ldap://x", base: x, only-groups: [a]}',
      /only-groups: It needs group-base or member-of/,
    ],
    [
      'accounts:\n  - {type: ldap, url: "ldap://x", base: x, attributes: {colour: a}}',
      /attributes: An attribute can say permissions, directory/,
    ],
    [
      'accounts:\n  - {type: http, url: "http://192.0.2.1/", secret: 0123456789abcdef}',
      /url: Passwords would cross the network in clear/,
    ],
    ['accounts:\n  - {type: http, url: "https://x/", secret: short}', /secret: Write at least 16 characters/],
    ['accounts:\n  - {type: system, min-uid: 0}', /min-uid: Write a number from 1 up/],
    ['accounts:\n  - {type: system, rules: {sesions: 1}}', /rules\.sesions: There is no such key/],
    ['accounts:\n  - {type: system, uid: 1}', /accounts 1\.uid: There is no such key/],
  ] as const) {
    await writeFile(file, `${text}\n`);
    const checked = await within(['config', 'check', file, '--offline']);
    assert.equal(checked.code, 2, text);
    assert.match(checked.stderr, message);
  }
});

test('secrets of places are not shown', async () => {
  await using here = await temporary();
  const file = join(here.path, 'duoport.yaml');
  await writeFile(
    file,
    `accounts:
  - postgres://duoport:topsecret@db/x
  - {type: http, url: "https://x/", secret: topsecret-of-both-sides, remember: 5m}
  - {type: ldap, url: "ldaps://x", base: b, bind-dn: cn=x, bind-password: topsecret}
  - {type: system, rules: {directory: '/srv/{user}'}, optional: true}
`,
  );
  const printed = await within(['config', 'print', file]);
  assert.equal(printed.code, 0, printed.stderr);
  assert.doesNotMatch(printed.stdout, /topsecret/);
  assert.match(printed.stdout, /postgres:\/\/duoport@db\/x/);
  assert.match(printed.stdout, /remember: 5m/);
  assert.match(printed.stdout, /type: system.*optional: true/);
});

for (const [policy, expected] of [
  ['enough', ['232', '230', 'refused', '230']],
  ['both', ['refused', '230', 'refused', 'refused']],
  ['only', ['232', '232', 'refused', 'refused']],
] as const) {
  test(`certificates of clients as logins: ${policy}`, async () => {
    const authority = await TestAuthority.make();
    const ann = await authority.issue({ name: 'CN=ann' });
    const bob = await authority.issue({ name: 'CN=somebody', emails: ['bob@example.org'] });
    await using here = await place([
      'tls: {certificate: c.pem, key: k.pem, client-certificates: ask, client-authorities: ca.pem}',
      `certificate-logins: {policy: ${policy}, names: [common-name], users: {dat: ['email:bob@example.org']}}`,
    ]);
    const files = { 'c.pem': certificate.cert, 'k.pem': certificate.key, 'ca.pem': authority.cert };
    for (const [name, text] of Object.entries(files)) await writeFile(join(here.path, name), text);
    await using server = await serve(
      ['--config', here.file, '--user', 'ann:secret', '--user', 'dat:base'],
      here.path,
    );
    const login = async (who: string, shown: { readonly cert?: string; readonly key?: string }) => {
      try {
        await using ftp = await connect(server.url().replace('u:p@', `${who}@`), {
          ...shown,
          tls: 'explicit',
          ca: certificate.cert,
        });
        const lines = ftp.transcript.flatMap((event) => (event.kind === 'line' ? [event.text] : []));
        return lines.find((line) => /^23[02] /.test(line))?.slice(0, 3);
      } catch (error) {
        assert.match(String(error), /530 /);
        return 'refused';
      }
    };
    const answers = [
      await login('ann:wrong', ann),
      await login('dat:base', policy === 'enough' ? ann : bob),
      await login('ann:wrong', bob),
      await login('u:p', {}),
    ];
    assert.deepEqual(answers, expected);
  });
}
