import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FirewallError, type FirewallRequest, firewallRules, targets } from '@duoport/firewall';

/** What would leave a quoted word, a comment, a line or a list of the languages that rules are written in. */
const hostile = [
  '10.0.0.1; reboot',
  '10.0.0.1\nreboot',
  '10.0.0.1" } }',
  "10.0.0.1' $(reboot) `reboot`",
  '10.0.0.1 } accept',
  '10.0.0.1/8 # ',
  `$\{path.module}`,
  '%{ for x in y }',
  '\u001b[2J10.0.0.1',
  '--help',
  '*',
  'all',
  'any',
  'localsubnet',
  '',
];

test('a hostile address or network reaches the rules of no target', () => {
  const base = { modes: ['passive'], passivePorts: { low: 50000, high: 50010 } } as const;
  for (const target of targets) {
    for (const text of hostile) {
      const requests: readonly FirewallRequest[] = [
        { ...base, side: 'server', clients: [text] },
        { ...base, side: 'server', servers: [text] },
        { ...base, side: 'middle', nat: { kind: 'forward', server: text } },
        { ...base, side: 'middle', nat: { kind: 'forward', server: '10.0.0.2', publicAddress: text } },
      ];
      for (const request of requests) {
        assert.throws(
          () => firewallRules(target, request),
          FirewallError,
          `${target}: ${JSON.stringify(request)}`,
        );
      }
    }
  }
});

test('a hostile name of an interface reaches the rules of no target', () => {
  const request = { side: 'middle', modes: ['passive'], passivePorts: { low: 50000, high: 50010 } } as const;
  for (const target of targets) {
    for (const outInterface of ['eth0; reboot', 'eth0\nreboot', 'eth0"', '$(reboot)', '-j', '', 'eth0 }']) {
      const nat = { kind: 'masquerade', outInterface } as const;
      assert.throws(
        () => firewallRules(target, { ...request, nat }),
        FirewallError,
        `${target} ${outInterface}`,
      );
    }
  }
});

test('a hostile name of the place reaches the rules of no target', () => {
  const request = { side: 'server', modes: ['passive'], singlePort: true } as const;
  const fields = [
    'interface',
    'insideZone',
    'outsideZone',
    'group',
    'resourceGroup',
    'namespace',
    'service',
    'image',
  ] as const;
  for (const target of targets) {
    for (const field of fields) {
      for (const text of ["a'; reboot", 'a\nb', 'a"b', '$(reboot)', `$\{x}`, '-v', 'a b']) {
        assert.throws(
          () => firewallRules(target, request, { [field]: text }),
          FirewallError,
          `${target} ${field}`,
        );
      }
    }
  }
});
