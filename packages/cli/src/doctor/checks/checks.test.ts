import assert from 'node:assert/strict';
import { test } from 'node:test';
import { settle } from '../../config/load-settings.ts';
import type { CertificateFacts, Machine } from '../machine.ts';
import { advertisedAddress } from './address.ts';
import { certificateCheck } from './certificate.ts';
import type { ServerCheck, Subject } from './check.ts';
import { folderCheck, usersCheck } from './folder.ts';
import { kernelLimits } from './kernel.ts';
import { controlPorts, passiveRange, sourcePort } from './ports.ts';

const now = Date.parse('2030-06-01T00:00:00Z');
const day = 86_400_000;

const machine: Machine = {
  now,
  root: false,
  mayBindLow: false,
  unprivilegedFrom: 1024,
  addresses: ['127.0.0.1', '8.8.4.4'],
  listening: [],
  unbindable: new Map(),
  localPorts: { low: 32_768, high: 60_999 },
  reservedPorts: [{ low: 50_000, high: 50_100 }],
  openFiles: 20_000,
  conntrack: undefined,
};

const certificate: CertificateFacts = {
  problem: undefined,
  from: now - day,
  until: now + 90 * day,
  names: 'ftp.example.org',
  hasNames: true,
  selfSigned: false,
  keyReadableByOthers: false,
  covers: (name) => name === 'ftp.example.org',
};

const settings = (yaml = ''): Pick<Subject, 'settings'> => ({
  settings: settle(yaml, {}).settings,
});

const good: Subject = {
  ...settings('users: [{name: a, password: long enough}]'),
  modes: { passive: true, active: true },
  passivePorts: { low: 50_000, high: 50_100 },
  passiveAddress: [],
  names: new Map(),
  listen: [{ setting: 'listeners', host: undefined, port: 21 }],
  folder: { path: '/srv/files', problem: undefined, writable: true, worldWritable: false },
  certificate,
  machine,
};

const all: readonly ServerCheck[] = [
  folderCheck,
  usersCheck,
  controlPorts,
  passiveRange,
  advertisedAddress,
  sourcePort,
  certificateCheck,
  kernelLimits,
];

test('a good server has nothing to mend', () => {
  const found = all.flatMap((check) => check(good));
  assert.deepEqual(new Set(found.map(({ severity }) => severity)), new Set(['ok']));
});

const on = (more: Partial<Machine>): Partial<Subject> => ({ machine: { ...machine, ...more } });
const of = (more: Partial<CertificateFacts>): Partial<Subject> => ({
  certificate: { ...certificate, ...more },
});
const announces = (
  address: string,
  names: readonly (readonly [string, readonly string[]])[] = [],
): Partial<Subject> => ({
  passiveAddress: [{ address }],
  names: new Map(names),
});

const rows: readonly (readonly [string, ServerCheck, Partial<Subject>, string])[] = [
  [
    'a folder that is not there',
    folderCheck,
    { folder: { ...good.folder, problem: 'there is no such folder' } },
    'fault folder-unusable',
  ],
  [
    'a folder that nobody here may write',
    folderCheck,
    { folder: { ...good.folder, writable: false } },
    'fault folder-read-only',
  ],
  [
    'a folder that everybody may write',
    folderCheck,
    { folder: { ...good.folder, worldWritable: true } },
    'warning folder-world-writable',
  ],
  ['root', folderCheck, on({ root: true }), 'warning runs-as-root'],
  [
    'a short password',
    usersCheck,
    settings('users: [{name: a, password: x, permissions: read}]'),
    'warning password-short',
  ],
  [
    'port 21 without rights',
    controlPorts,
    on({ unbindable: new Map([[' 21', 'EACCES']]) }),
    'fault port-needs-rights',
  ],
  ['port 21 in use', controlPorts, on({ unbindable: new Map([[' 21', 'EADDRINUSE']]) }), 'fault port-in-use'],
  [
    'an address of another machine',
    controlPorts,
    {
      ...on({ unbindable: new Map([['10.9.9.9 21', 'EADDRNOTAVAIL']]) }),
      listen: [{ setting: 'listeners', host: '10.9.9.9', port: 21 }],
    },
    'fault address-not-here',
  ],
  ['a range below 1024', passiveRange, { passivePorts: { low: 900, high: 1100 } }, 'fault range-too-low'],
  [
    'a range with the control port in it',
    passiveRange,
    {
      passivePorts: { low: 2000, high: 2200 },
      listen: [{ setting: 'listeners', host: undefined, port: 2121 }],
    },
    'fault range-holds-control-port',
  ],
  [
    'a range that others have',
    passiveRange,
    {
      passivePorts: { low: 20_000, high: 20_029 },
      ...on({ listening: Array.from({ length: 30 }, (_, at) => 20_000 + at) }),
    },
    'fault range-busy',
  ],
  [
    'a range of which others have a part',
    passiveRange,
    { passivePorts: { low: 20_000, high: 20_029 }, ...on({ listening: [20_003] }) },
    'warning range-partly-busy',
  ],
  [
    'a range of five ports',
    passiveRange,
    { passivePorts: { low: 20_000, high: 20_004 } },
    'warning range-small',
  ],
  [
    'a range out of which the kernel takes ports',
    passiveRange,
    on({ reservedPorts: [] }),
    'warning range-in-local-ports',
  ],
  [
    'inside addresses only',
    advertisedAddress,
    on({ addresses: ['127.0.0.1', '192.168.1.2'] }),
    'warning address-inside-only',
  ],
  ['127.0.0.1', advertisedAddress, announces('127.0.0.1'), 'fault address-impossible'],
  ['0.0.0.0', advertisedAddress, announces('0.0.0.0'), 'fault address-impossible'],
  ['an address out of a book', advertisedAddress, announces('203.0.113.7'), 'fault address-impossible'],
  ['an inside address for everybody', advertisedAddress, announces('192.168.1.2'), 'warning address-inside'],
  [
    'a name without an address',
    advertisedAddress,
    announces('nowhere.example', [['nowhere.example', []]]),
    'fault address-name-unknown',
  ],
  [
    'a name with an inside address',
    advertisedAddress,
    announces('ftp.lan', [['ftp.lan', ['10.0.0.2']]]),
    'warning address-inside',
  ],
  [
    'port 20 without rights',
    sourcePort,
    settings('active: {source-port: 20}'),
    'warning source-port-needs-rights',
  ],
  ['no TLS', certificateCheck, { certificate: undefined }, 'warning no-tls'],
  [
    'a certificate of the moment',
    certificateCheck,
    { certificate: undefined, ...settings('tls: {self-signed: true}') },
    'warning certificate-of-the-moment',
  ],
  [
    'a certificate that cannot be read',
    certificateCheck,
    of({ problem: { setting: 'tls.certificate', text: 'no' } }),
    'fault certificate-unusable',
  ],
  ['an expired certificate', certificateCheck, of({ until: now - day }), 'fault certificate-expired'],
  [
    'a certificate that ends soon',
    certificateCheck,
    of({ until: now + 5 * day }),
    'warning certificate-ends-soon',
  ],
  ['a certificate of tomorrow', certificateCheck, of({ from: now + day }), 'fault certificate-not-yet'],
  [
    'a certificate signed by itself',
    certificateCheck,
    of({ selfSigned: true }),
    'warning certificate-self-signed',
  ],
  [
    'a certificate without names',
    certificateCheck,
    of({ hasNames: false }),
    'warning certificate-without-names',
  ],
  [
    'a certificate for another name',
    certificateCheck,
    announces('8.8.4.4'),
    'warning certificate-other-name',
  ],
  ['a key that others can read', certificateCheck, of({ keyReadableByOthers: true }), 'warning key-readable'],
  ['too few open files', kernelLimits, on({ openFiles: 256 }), 'warning open-files-low'],
  [
    'a full connection table',
    kernelLimits,
    on({ conntrack: { count: 950, most: 1000 } }),
    'warning conntrack-full',
  ],
];

for (const [what, check, more, expected] of rows) {
  test(`before it runs: ${what}`, () => {
    const found = check({ ...good, ...more }).map(({ severity, code }) => `${severity} ${code}`);
    assert.deepEqual(found, [expected]);
  });
}

test('rights that are there are no problem', () => {
  const [found] = sourcePort({
    ...good,
    ...settings('active: {source-port: 20}'),
    ...on({ mayBindLow: true }),
  });
  assert.equal(found?.severity, 'ok');
});

test('an address for one network only may be an inside one', () => {
  const subject = {
    ...good,
    passiveAddress: [{ clients: ['10.0.0.0/8'], address: '10.0.0.2' }, { address: '8.8.4.4' }],
  };
  assert.deepEqual(
    advertisedAddress(subject).map(({ severity }) => severity),
    ['ok'],
  );
});

test('with one port there is no range to look at', () => {
  assert.deepEqual(passiveRange({ ...good, ...settings('passive: {single-port: true}') }), []);
});
