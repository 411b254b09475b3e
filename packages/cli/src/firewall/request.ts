import type { FirewallRequest, NatFacts } from '@duoport/firewall';
import { UsageError } from '../usage-error.ts';
import type { FirewallFlags } from './flags.ts';

/** The request that the flags make. Values are checked where the rules are made. */
export function requestOf(flags: FirewallFlags): FirewallRequest {
  const { gateway: gateways, publicAddress } = flags;
  const { passive, active } = flags.modes ?? { passive: true, active: gateways === undefined };
  const nat = natOf(flags);
  return {
    side:
      flags.side ?? ([nat, flags.steer, gateways].every((each) => each === undefined) ? 'server' : 'middle'),
    modes: [...(passive ? (['passive'] as const) : []), ...(active ? (['active'] as const) : [])],
    controlPorts: flags.controlPort,
    passivePorts: flags.passivePorts,
    activePorts: flags.activePorts,
    sourcePort: flags.sourcePort,
    singlePort: flags.singlePort,
    tls: flags.tls,
    helper: flags.helper,
    clients: flags.clients,
    servers: flags.servers,
    nat,
    strictOutput: flags.strictOutput,
    replies: flags.replies,
    steer: flags.steer === undefined ? undefined : { to: flags.steer },
    spread: gateways && { gateways, publicAddress },
  };
}

function natOf(flags: FirewallFlags): NatFacts | undefined {
  const { forwardTo, masquerade, publicAddress, portOffset, publicControlPort } = flags;
  if (forwardTo !== undefined && masquerade !== undefined) {
    throw new UsageError('--forward-to and --masquerade are two boxes, or two runs: ask for one at a time.');
  }
  if (
    flags.gateway !== undefined &&
    (portOffset ?? publicControlPort) === undefined &&
    forwardTo === undefined
  )
    return undefined;
  if (forwardTo === undefined && (publicAddress ?? portOffset ?? publicControlPort) !== undefined) {
    throw new UsageError(
      '--public-address, --port-offset and --public-control-port belong to port forwarding: add --forward-to ADDR.',
    );
  }
  if (forwardTo !== undefined) {
    return {
      kind: 'forward',
      server: forwardTo,
      publicAddress,
      portOffset,
      publicControlPorts: publicControlPort,
    };
  }
  if (masquerade === undefined) return undefined;
  return { kind: 'masquerade', outInterface: masquerade === true ? undefined : masquerade };
}
