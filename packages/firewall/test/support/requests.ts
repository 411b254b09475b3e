import { FirewallError, type FirewallRequest, neededFlows } from '@duoport/firewall';

const clients: readonly (readonly string[])[] = [[], ['192.0.2.0/24'], ['192.0.2.7', '2001:db8:1::/48']];
const servers: readonly (readonly string[])[] = [[], ['203.0.113.7'], ['203.0.113.7', '2001:db8::7']];
const modes = [['passive'], ['active'], ['passive', 'active']] as const;
const flags = [false, true];
const ranges = { passivePorts: { low: 50000, high: 50010 } } as const;
const nats = [
  undefined,
  { kind: 'forward', server: '10.1.0.2' },
  {
    kind: 'forward',
    server: '10.1.0.2',
    publicAddress: '198.51.100.1',
    portOffset: 5000,
    publicControlPorts: [2121],
  },
  { kind: 'forward', server: '2001:db8::2', publicAddress: '2001:db8:ffff::1' },
  { kind: 'masquerade', outInterface: 'eth0' },
] as const;

/** Requests of every kind that make sense, a few hundred of them. */
export const requests: readonly FirewallRequest[] = everyCombination().filter(makesSense);

function everyCombination(): readonly FirewallRequest[] {
  const ends = (['server', 'client', 'middle'] as const).flatMap((side) =>
    nats.filter((nat) => nat === undefined || side === 'middle').map((nat) => ({ side, nat })),
  );
  return ends.flatMap((end) =>
    modes.flatMap((some) =>
      clients.flatMap((from) =>
        servers.flatMap((to) =>
          flags.flatMap((strictOutput) =>
            flags.flatMap((helper) =>
              [undefined, 20].map((sourcePort) => ({
                ...end,
                ...ranges,
                modes: some,
                clients: from,
                servers: end.nat?.kind === 'forward' ? [] : to,
                strictOutput,
                helper,
                sourcePort,
                activePorts: sourcePort === undefined ? undefined : { low: 40000, high: 40010 },
              })),
            ),
          ),
        ),
      ),
    ),
  );
}

function makesSense(request: FirewallRequest): boolean {
  try {
    neededFlows(request);
    return true;
  } catch (error) {
    if (error instanceof FirewallError) return false;
    throw error;
  }
}
