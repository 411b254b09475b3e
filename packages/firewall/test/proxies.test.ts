import assert from 'node:assert/strict';
import type { FirewallRequest } from '@duoport/firewall';
import { readBack } from './support/answers.ts';
import { assertForwarded, type Forwarded } from './support/forwarding.ts';
import type { Said } from './support/seen.ts';

// What haproxy and nginx themselves say to these files is in proxies.full.test.ts.

const onlyForwardedPassive = ({ side, nat, modes, helper }: FirewallRequest): boolean =>
  side !== 'middle' || nat?.kind !== 'forward' || modes.includes('active') || helper === true;

/** What one section of a proxy takes in and where it hands it on to. */
interface Section {
  readonly listens: readonly { readonly address: string; readonly ports: string }[];
  readonly clients: readonly string[];
  readonly server: string;
  /** The port of the server for a range outside. */
  inside(outside: string): string;
}

readBack({
  target: 'haproxy',
  refuses: onlyForwardedPassive,
  read: ({ apply }, request) => saidBy(apply.split('\n\n').map(readHaproxy), request),
});

readBack({
  target: 'nginx',
  refuses: onlyForwardedPassive,
  read: ({ apply }, request) => saidBy(apply.split('\n\n').map(readNginx), request),
});

function saidBy(sections: readonly Section[], request: FirewallRequest): readonly Said[] {
  const forwarded: Forwarded[] = sections.flatMap(({ listens, server, inside }) =>
    listens.map(({ address, ports }) => ({
      dialled: address === '0.0.0.0' || address === '::' ? 'any' : address,
      outside: ports,
      server,
      inside: inside(ports),
    })),
  );
  assertForwarded(request, forwarded);
  return join(
    sections.map(({ listens, clients, server, inside }) => ({
      direction: 'through',
      family: server.includes(':') ? 6 : 4,
      from: clients,
      to: [server],
      ports: listens.map(({ ports }) => inside(ports)),
    })),
  );
}

function readHaproxy(text: string): Section {
  const lines = text
    .trimEnd()
    .split('\n')
    .map((line) => line.trim());
  const [remark = '', head = '', mode, ...rest] = lines;
  assert.match(remark, /^# duoport: /);
  assert.match(head, /^listen duoport-[a-z-]+(-\d+)?$/);
  assert.equal(mode, 'mode tcp');
  const only = (start: string): readonly string[] =>
    rest.filter((line) => line.startsWith(`${start} `)).map((line) => line.slice(start.length + 1));
  const listens = only('bind').map((bind) => {
    const [, address = '', ports = ''] = /^(.+):(\d+(?:-\d+)?)(?: v6only)?$/.exec(bind) ?? [];
    return { address: bare(address), ports };
  });
  const clients = only('acl').map((acl) => acl.replace(/^clients src /, ''));
  assert.deepEqual(only('tcp-request connection reject unless'), clients.length === 0 ? [] : ['clients']);
  const [server = ''] = only('server');
  const [, host = '', sign, distance] = /^ftp (.+):([+-])(\d+)$/.exec(server) ?? [];
  const by = Number(`${sign}${distance}`);
  return { listens, clients, server: bare(host), inside: (outside) => shift(outside, by) };
}

function readNginx(text: string): Section {
  const lines = text
    .trimEnd()
    .split('\n')
    .map((line) => line.trim());
  assert.deepEqual([lines.shift(), lines.pop()], ['server {', '}']);
  assert.match(lines.shift() ?? '', /^# duoport: /);
  const only = (directive: string): readonly string[] =>
    lines
      .filter((line) => line.startsWith(`${directive} `))
      .map((line) => line.slice(directive.length + 1, -1));
  assert.ok(lines.every((line) => line.endsWith(';')));
  const clients = only('allow');
  // Without the last word, whom nobody allows would be let in.
  assert.deepEqual(only('deny'), clients.length === 0 ? [] : ['all']);
  const listens = only('listen').map((listen) => {
    const [, address = '', ports = ''] =
      /^(.+):(\d+(?:-\d+)?)(?: ipv6only=on)? so_keepalive=on$/.exec(listen) ?? [];
    return { address: bare(address), ports };
  });
  const [, host = '', port = ''] = /^(.+):(\d+|\$server_port)$/.exec(only('proxy_pass')[0] ?? '') ?? [];
  return {
    listens,
    clients,
    server: bare(host),
    inside: (outside) => (port.startsWith('$') ? outside : port),
  };
}

/** Sections of single ports that make up a range are the range. */
function join(said: readonly Said[]): readonly Said[] {
  const [first] = said;
  if (first === undefined) return [];
  const ports = said.flatMap((one) => one.ports).map((text) => text.split('-').map(Number));
  const joined: [number, number][] = [];
  for (const [low = 0, high = low] of ports.sort(([a = 0], [b = 0]) => a - b)) {
    const last = joined.at(-1);
    if (last !== undefined && low <= last[1] + 1) last[1] = Math.max(last[1], high);
    else joined.push([low, high]);
  }
  return [{ ...first, ports: joined.map(([low, high]) => (low === high ? `${low}` : `${low}-${high}`)) }];
}

function shift(ports: string, by: number): string {
  return ports
    .split('-')
    .map((port) => Number(port) + by)
    .join('-');
}

function bare(address: string): string {
  return address.replace(/[[\]]/g, '');
}
