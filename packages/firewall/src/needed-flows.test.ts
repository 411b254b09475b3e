import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Flow } from './flow.ts';
import { neededFlows } from './needed-flows.ts';
import type { FirewallRequest } from './request.ts';

const range = { low: 50000, high: 50100 };
const activePorts = { low: 40000, high: 40010 };
const both = ['passive', 'active'] as const;

/** `in control any→any 21 new`: everything but the reasons. */
function short(request: FirewallRequest): readonly string[] {
  return neededFlows(request).map(
    ({ direction, id, from, to, sourcePorts, destinationPorts, outsidePorts, state }) => {
      const list = (ports: Flow['destinationPorts']): string =>
        ports.map(({ low, high }) => (low === high ? low : `${low}-${high}`)).join(',');
      const source = sourcePorts === undefined ? '' : `:${sourcePorts.low}`;
      const outside = outsidePorts === undefined ? '' : `(${list(outsidePorts)})`;
      return `${direction} ${id} ${from.join('+') || 'any'}${source}→${to.join('+') || 'any'}:${list(destinationPorts)}${outside} ${state}`;
    },
  );
}

const cases: readonly (readonly [string, FirewallRequest, readonly string[]])[] = [
  [
    'server: control and the range; what goes out is not asked for',
    { side: 'server', modes: both, passivePorts: range, sourcePort: 20 },
    ['in control any→any:21 new', 'in passive-data any→any:50000-50100 new'],
  ],
  [
    'server, going out is shut: active data goes from port 20 to the active range only',
    {
      side: 'server',
      modes: ['active'],
      sourcePort: 20,
      activePorts,
      clients: ['10.0.0.0/8'],
      strictOutput: true,
    },
    ['in control 10.0.0.0/8→any:21 new', 'out active-data any:20→10.0.0.0/8:40000-40010 new'],
  ],
  [
    'server, single port: one port',
    { side: 'server', modes: ['passive'], singlePort: true },
    ['in control any→any:21 new'],
  ],
  [
    'server, helper: data is related',
    { side: 'server', modes: ['passive'], helper: true, controlPorts: [21, 2121] },
    ['in control any→any:21,2121 new', 'in passive-data any→any:1024-65535 related'],
  ],
  [
    'server, helper and TLS: the range beside it',
    { side: 'server', modes: ['passive'], helper: true, tls: true, passivePorts: range },
    [
      'in control any→any:21 new',
      'in passive-data any→any:50000-50100 related',
      'in passive-data any→any:50000-50100 new',
    ],
  ],
  ['client, passive: nothing', { side: 'client', modes: ['passive'] }, []],
  [
    'client, active: the active range, from the server’s port 20',
    { side: 'client', modes: both, activePorts, sourcePort: 20, servers: ['203.0.113.7'] },
    ['in active-data 203.0.113.7:20→any:40000-40010 new'],
  ],
  [
    'middle: everything passes through',
    { side: 'middle', modes: both, passivePorts: range, clients: ['10.0.0.0/8'], servers: ['203.0.113.7'] },
    [
      'through control 10.0.0.0/8→203.0.113.7:21 new',
      'through passive-data 10.0.0.0/8→203.0.113.7:50000-50100 new',
      'through active-data 203.0.113.7→10.0.0.0/8:1024-65535 new',
    ],
  ],
  [
    'port forwarding: inner address and ports, and what the outside dials',
    {
      side: 'middle',
      modes: ['passive'],
      passivePorts: range,
      nat: { kind: 'forward', server: '10.0.0.5', portOffset: 10_000, publicControlPorts: [2121] },
    },
    [
      'through control any→10.0.0.5:21(2121) new',
      'through passive-data any→10.0.0.5:50000-50100(60000-60100) new',
    ],
  ],
];
for (const [name, request, flows] of cases) test(name, () => assert.deepEqual(short(request), flows));

test('every flow says why it is needed', () => {
  for (const [, request] of cases)
    for (const { why } of neededFlows(request)) assert.match(why, /^(control|passive|active)/);
});
