import { type Check, fault, orFine, type ServerCheck, warning } from './check.ts';

/** The ports of the control connections can be had. */
export const controlPorts: ServerCheck = ({ listen, machine }) => {
  const problems = listen.flatMap(({ setting, host, port }): readonly Check[] => {
    const where = `${host === undefined ? '' : `${host}, `}port ${port}`;
    const refused = machine.unbindable.get(`${host ?? ''} ${port}`);
    if (refused === 'EACCES')
      return [
        fault(
          setting,
          'port-needs-rights',
          `${where}: this user may not open it. ${rights(machine.unprivilegedFrom)}`,
        ),
      ];
    if (refused === 'EADDRINUSE')
      return [
        fault(setting, 'port-in-use', `${where}: another program has it already ("ss -ltnp" shows which).`),
      ];
    if (refused === 'EADDRNOTAVAIL')
      return [fault(setting, 'address-not-here', `${where}: this machine has no such address.`)];
    if (refused !== undefined) return [fault(setting, 'port-unusable', `${where}: ${refused}.`)];
    return [];
  });
  const ports = listen.map(({ port }) => port);
  const text =
    ports.length === 0
      ? 'no port named: the first free one of 21, 2121 and up'
      : `${ports.join(', ')} can be had`;
  return orFine(problems, 'listeners', text);
};

/** Active mode from a port below 1024. */
export const sourcePort: ServerCheck = ({ settings, modes, machine }) => {
  const port = settings.active['source-port'];
  if (port === undefined || !modes.active) return [];
  const needed = machine.unprivilegedFrom ?? 1024;
  if (port >= needed || machine.mayBindLow)
    return orFine([], 'active.source-port', `${port} may be dialled from`);
  return [
    warning(
      'active.source-port',
      'source-port-needs-rights',
      `Port ${port} needs rights that this user has not: the server would dial from another port. ${rights(machine.unprivilegedFrom)}`,
    ),
  ];
};

/** The passive range: outside of everything else, free, and large enough. */
export const passiveRange: ServerCheck = ({ settings, modes, passivePorts, listen, machine }) => {
  if (!modes.passive || settings.passive['single-port']) return [];
  const { low, high } = passivePorts;
  const setting = 'passive.ports';
  const text = `${low}-${high}`;
  const size = high - low + 1;
  const inside = (port: number): boolean => port >= low && port <= high;
  const busy = machine.listening.filter(inside);
  const own = listen.filter(({ port }) => inside(port)).map(({ port }) => port);
  const problems = [
    ...(low < 1024
      ? [
          fault(
            setting,
            'range-too-low',
            `${text} reaches below 1024: clients do not dial such ports. Choose one from 50000 up.`,
          ),
        ]
      : []),
    ...(own.length > 0
      ? [
          fault(
            setting,
            'range-holds-control-port',
            `${text} holds the control port ${own.join(', ')}: keep the two apart.`,
          ),
        ]
      : []),
    ...(busy.length >= size ? [fault(setting, 'range-busy', `${text}: other programs have all of it.`)] : []),
    ...(busy.length > 0 && busy.length < size
      ? [
          warning(
            setting,
            'range-partly-busy',
            `${text}: other programs have ${someOf(busy)}. The server leaves them out; the firewall opens them all the same.`,
          ),
        ]
      : []),
    ...(size < smallest
      ? [
          warning(
            setting,
            'range-small',
            `${size} ports: so many transfers at once from one address, and a port rests a while after each. ${smallest} or more are better.`,
          ),
        ]
      : []),
    ...localRange(passivePorts, machine.localPorts, machine.reservedPorts),
  ];
  return orFine(problems, setting, `${text} is free, ${size} ports`);
};

const smallest = 20;

/** Where the kernel takes ports for connections out of the same range, now and then one is missing. */
function localRange(
  { low, high }: { readonly low: number; readonly high: number },
  local: { readonly low: number; readonly high: number } | undefined,
  reserved: readonly { readonly low: number; readonly high: number }[],
): readonly Check[] {
  if (local === undefined || high < local.low || low > local.high) return [];
  if (reserved.some((one) => one.low <= low && one.high >= high)) return [];
  return [
    warning(
      'passive.ports',
      'range-in-local-ports',
      `The kernel takes ports ${local.low}-${local.high} for connections out (net.ipv4.ip_local_port_range), so one of ${low}-${high} may be gone when it is wanted. Keep it off: sysctl net.ipv4.ip_local_reserved_ports=${low}-${high}`,
    ),
  ];
}

function someOf(ports: readonly number[]): string {
  const shown = ports.slice(0, 5).join(', ');
  return ports.length > 5 ? `${shown} and ${ports.length - 5} more` : shown;
}

function rights(from: number | undefined): string {
  const limit = from ?? 1024;
  return `Ports below ${limit} want root, the capability CAP_NET_BIND_SERVICE (systemd: AmbientCapabilities=), or sysctl net.ipv4.ip_unprivileged_port_start=20.`;
}
