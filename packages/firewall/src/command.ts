import { type CheckedRequest, checkRequest } from './check.ts';
import type { FirewallRequest, PortRange } from './request.ts';
import type { Target } from './rules.ts';

/**
 * The words of the `duoport firewall` command that asks for exactly this. Every word is plain, so it can be pasted into any
 * shell. Without a target a place for one is left. Throws FirewallError when the request makes no sense.
 */
export function firewallCommand(request: FirewallRequest, target?: Target): string {
  const checked = checkRequest(request);
  const { side, modes, controlPorts } = checked;
  return [
    `duoport firewall --for ${target ?? 'TARGET'}`,
    `--side ${side}`,
    `--modes ${modes.join(',')}`,
    ...(controlPorts.length === 1 && controlPorts[0] === 21 ? [] : list('--control-port', controlPorts)),
    ...range('--passive-ports', checked.passivePorts),
    ...range('--active-ports', checked.activePorts),
    ...(checked.sourcePort === undefined ? [] : [`--source-port ${checked.sourcePort}`]),
    ...switches(checked),
    ...list('--clients', checked.clients),
    ...list('--servers', checked.servers),
    ...natWords(checked),
  ].join(' ');
}

function switches(request: CheckedRequest): readonly string[] {
  const { singlePort, tls, helper, strictOutput, replies, steer } = request;
  return [
    ...(singlePort ? ['--single-port'] : []),
    ...(tls ? ['--tls'] : []),
    ...(helper ? ['--helper'] : []),
    ...(strictOutput ? ['--strict-output'] : []),
    ...(replies ? ['--replies'] : []),
    ...(steer === undefined ? [] : [`--steer ${steer.to}`]),
  ];
}

function natWords({ nat, controlPorts }: CheckedRequest): readonly string[] {
  if (nat === undefined) return [];
  if (nat.kind === 'masquerade')
    return [`--masquerade${nat.outInterface === undefined ? '' : ` ${nat.outInterface}`}`];
  const { server, publicAddress, portOffset, publicControlPorts } = nat;
  const same = publicControlPorts.every((port, index) => port === controlPorts[index]);
  return [
    `--forward-to ${server}`,
    ...(publicAddress === undefined ? [] : [`--public-address ${publicAddress}`]),
    // With the equals sign a negative number is no flag.
    ...(portOffset === 0 ? [] : [`--port-offset=${portOffset}`]),
    ...(same ? [] : list('--public-control-port', publicControlPorts)),
  ];
}

function list(flag: string, values: readonly (string | number)[]): readonly string[] {
  return values.map((value) => `${flag} ${value}`);
}

function range(flag: string, ports: PortRange | undefined): readonly string[] {
  return ports === undefined ? [] : [`${flag} ${ports.low}-${ports.high}`];
}
