import assert from 'node:assert/strict';
import { test } from 'node:test';
import { firewallRules } from '@duoport/firewall';
import { needs, readBack } from './support/answers.ts';
import type { Said } from './support/seen.ts';

const portList = /^\d{1,5}(-\d{1,5})?(,\d{1,5}(-\d{1,5})?)*$/;
const addressList = /^[0-9a-f.:]+(\/\d{1,3})?(,[0-9a-f.:]+(\/\d{1,3})?)*$/;
const name = /^duoport-[0-9a-f]{8}-[a-z0-9-]+$/;
const description = /^duoport: [A-Za-z0-9 ,.:;()/+=_-]*$/;

/** `netsh advfirewall firewall add rule`: the options of its help text that are used, and what fits them. */
const netshOptions: Readonly<Record<string, RegExp>> = {
  name,
  description,
  dir: /^(in|out)$/,
  action: /^allow$/,
  protocol: /^TCP$/,
  localip: addressList,
  remoteip: addressList,
  localport: portList,
  remoteport: portList,
};

/** `New-NetFirewallRule`: the parameters that are used, after the cmdlet's page. */
const parameters: Readonly<Record<string, RegExp>> = {
  Name: name,
  DisplayName: name,
  Group: /^duoport$/,
  Description: description,
  Direction: /^(Inbound|Outbound)$/,
  Action: /^Allow$/,
  Protocol: /^TCP$/,
  LocalAddress: addressList,
  RemoteAddress: addressList,
  LocalPort: portList,
  RemotePort: portList,
};

readBack({
  target: 'windows-netsh',
  refuses: needs.through,
  implied: ({ state }) => state === 'related',
  read({ apply, undo }, { helper }) {
    const lines = apply.split('\n').filter((line) => line !== '');
    if (helper === true) assert.equal(lines.shift(), 'netsh advfirewall show global statefulftp');
    const rules = lines.map((line) => {
      assert.ok(line.startsWith('netsh advfirewall firewall add rule '), line);
      return matched(line, /(\w+)=(?:"([^"]*)"|([^\s"]+))/g, netshOptions);
    });
    const wanted = rules.map(
      (rule) =>
        `netsh advfirewall firewall delete rule name="${rule['name']}" dir=${rule['dir']} protocol=TCP`,
    );
    assert.deepEqual(
      undo.split('\n').filter((line) => line !== ''),
      wanted,
    );
    return rules.map((rule) =>
      said(rule['dir'] === 'in', {
        local: [rule['localip'], rule['localport']],
        remote: [rule['remoteip'], rule['remoteport']],
      }),
    );
  },
});

readBack({
  target: 'windows-powershell',
  refuses: needs.through,
  implied: ({ state }) => state === 'related',
  read({ apply, undo }) {
    const commands = apply
      .replace(/^if \((?:.*\n)*?\}\n/, '')
      .replace(/ `\n/g, ' ')
      .split('\n');
    const rules = commands
      .filter((line) => line !== '')
      .map((line) => {
        assert.ok(line.startsWith('New-NetFirewallRule '), line);
        const flat = line.replace(/', '/g, ',');
        return matched(flat, /-(\w+) (?:'([^']*)'|(\w+))/g, parameters);
      });
    const names = rules.map((rule) => `'${rule['Name']}'`).join(', ');
    assert.equal(undo, names === '' ? '' : `Remove-NetFirewallRule -Name ${names}\n`);
    return rules.map((rule) =>
      said(rule['Direction'] === 'Inbound', {
        local: [rule['LocalAddress'], rule['LocalPort']],
        remote: [rule['RemoteAddress'], rule['RemotePort']],
      }),
    );
  },
});

test('the FTP inspection of Windows watches port 21: with another control port the helper is refused', () => {
  for (const target of ['windows-netsh', 'windows-powershell'] as const) {
    const request = { side: 'server', modes: ['passive'], helper: true } as const;
    assert.equal(firewallRules(target, request).kind, 'rules');
    assert.equal(firewallRules(target, { ...request, controlPorts: [2121] }).kind, 'refused');
  }
});

function matched(
  line: string,
  option: RegExp,
  known: Readonly<Record<string, RegExp>>,
): Readonly<Record<string, string | undefined>> {
  const found: Record<string, string> = {};
  for (const [, key = '', quoted, bare] of line.matchAll(option)) {
    assert.ok(known[key] !== undefined && found[key] === undefined, `${key} in ${line}`);
    found[key] = quoted ?? bare ?? '';
    assert.match(found[key], known[key]);
  }
  const rest = line.replace(option, '').trim();
  assert.match(rest, /^(netsh advfirewall firewall add rule|New-NetFirewallRule)$/, line);
  return found;
}

type End = readonly [addresses: string | undefined, ports: string | undefined];

/** Local and remote as sender and receiver. A rule that names addresses names those of one family. */
function said(incoming: boolean, { local, remote }: { readonly local: End; readonly remote: End }): Said {
  const [[from, sourcePorts], [to, ports]] = incoming ? [remote, local] : [local, remote];
  const named = `${from ?? ''}${to ?? ''}`;
  return {
    direction: incoming ? 'in' : 'out',
    family: named === '' ? undefined : named.includes(':') ? 6 : 4,
    from: from?.split(',') ?? [],
    to: to?.split(',') ?? [],
    sourcePorts,
    ports: ports?.split(',') ?? [],
  };
}
