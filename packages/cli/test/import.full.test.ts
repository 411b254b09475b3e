import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { ensurePeers } from '../../../scripts/debian.mjs';
import { duoport, temporary } from './command.ts';

interface Answer {
  readonly settings: Readonly<Record<string, unknown>>;
  readonly notes: readonly { readonly option: string; readonly outcome: string; readonly text: string }[];
}

const defaults = [
  {
    name: 'vsftpd',
    path: 'etc/vsftpd.conf',
    settings: {
      listeners: [{ port: 21 }],
      users: [],
      accounts: [{ type: 'system', rules: { permissions: 'read' } }],
      active: { 'source-port': 20 },
      logs: { file: '/var/log/vsftpd.log', format: 'text' },
    },
    // What the file says about connections and logins, in words of ours.
    named: [
      'listen',
      'listen_ipv6',
      'anonymous_enable',
      'local_enable',
      'xferlog_enable',
      'connect_from_port_20',
      'ssl_enable',
    ],
  },
  {
    name: 'proftpd',
    path: 'usr/share/proftpd/templates/proftpd.conf',
    settings: {
      listeners: [{ port: 21 }],
      users: [],
      limits: { sessions: 30 },
      timeouts: { idle: 1200, stall: 600 },
      logs: {
        xferlog: '/var/log/proftpd/xferlog',
        file: '/var/log/proftpd/proftpd.log',
        format: 'text',
      },
    },
    named: [
      'UseIPv6',
      'Port',
      'TimeoutIdle',
      'TimeoutStalled',
      'MaxInstances',
      'AllowOverwrite',
      'TransferLog',
      'SystemLog',
    ],
  },
  {
    name: 'pureftpd',
    path: 'etc/pure-ftpd/conf',
    settings: { listeners: [{ port: 21 }], users: [] },
    named: ['NoAnonymous', 'UnixAuthentication'],
  },
  {
    name: 'pureftpd',
    path: 'etc/pure-ftpd/pure-ftpd.conf',
    settings: {
      listeners: [{ port: 21 }],
      users: [],
      limits: { sessions: 50, 'sessions-per-address': 8 },
      timeouts: { idle: '15m' },
      uploads: { 'disk-floor': '1%' },
    },
    named: [
      'AllowUserFXP',
      'AllowAnonymousFXP',
      'MaxClientsNumber',
      'MaxClientsPerIP',
      'MaxIdleTime',
      'NoAnonymous',
      'AnonymousOnly',
      'AutoRename',
      'MaxDiskUsage',
    ],
  },
] as const;

for (const { name, path, settings, named } of defaults) {
  test(`Debian's ${path}: every option is translated or named, and the outcome is a settings file`, async (t) => {
    const { paths, tree } = ensurePeers();
    if (paths[name] === undefined) return t.skip(`no ${name}`);
    await using here = await temporary();
    const made = await duoport(['config', 'import', join(tree, path), '--json']);
    assert.equal(made.code, 0, made.stderr);
    const answer = JSON.parse(made.stdout) as Answer;
    assert.deepEqual(answer.settings, settings);
    const by = (outcome: string) => answer.notes.filter((note) => note.outcome === outcome);
    assert.deepEqual(new Set(by('translated').map(({ option }) => option)), new Set(named));
    for (const { option, text } of answer.notes)
      assert.doesNotMatch(text, /No option that duoport knows of/, option);
    const file = join(here.path, 'made.yaml');
    await writeFile(file, 'leave me');
    const refused = await duoport(['config', 'import', join(tree, path), '-o', file]);
    assert.equal(refused.code, 2);
    const written = await duoport(['config', 'import', join(tree, path), '-o', file, '--force']);
    assert.equal(written.code, 0, written.stderr);
    const checked = await duoport(['config', 'check', file, '--offline']);
    // The folder of its logs comes with a package that is not installed here.
    const good = /^duoport: \S+, line \d+: logs\.file: There is no folder \/var\/log\/proftpd\.\n$/.test(
      checked.stderr,
    );
    if (!good) assert.deepEqual([checked.code, checked.stderr], [0, '']);
  });
}
