import { parseAddress } from '@duoport/protocol';
import type { ServeFlags } from '../flags/serve-flags.ts';
import { defaultPassivePorts } from '../serve/plan.ts';
import { UsageError } from '../usage-error.ts';
import type { FirewallFlags } from './flags.ts';

/**
 * What a settings file of `duoport serve` says about the flows, as flags of `duoport firewall`. What stands on the command
 * line goes before it.
 */
export function flagsFromConfig(config: Partial<ServeFlags>, typed: FirewallFlags): FirewallFlags {
  if (typed.side === 'client') {
    throw new UsageError('--config names the settings file of a server: it says nothing about a client.');
  }
  const { activeSourcePort: sourcePort, modes } = config;
  const passive = modes?.passive ?? true;
  return {
    ...(modes === undefined ? {} : { modes }),
    ...(sourcePort === undefined ? {} : { sourcePort }),
    ...(passive ? { passivePorts: config.passivePorts ?? defaultPassivePorts } : {}),
    ...controlPorts(config),
    ...(config.singlePort === true ? { singlePort: true } : {}),
    ...(mayUseTls(config) ? { tls: true } : {}),
    ...(typed.forwardTo === undefined ? {} : announced(config)),
    ...typed,
  };
}

function controlPorts({ listen, listenTls }: Partial<ServeFlags>): Pick<FirewallFlags, 'controlPort'> {
  const ports = [...(listen ?? []), ...(listenTls ?? [])].map(({ port }) => port);
  if (ports.includes(0))
    throw new UsageError('The settings file listens on port 0, which is another port each time: name one.');
  return ports.length === 0 ? {} : { controlPort: ports };
}

function mayUseTls({ tlsCert, tlsSelfSigned, listenTls }: Partial<ServeFlags>): boolean {
  return tlsCert !== undefined || tlsSelfSigned === true || (listenTls ?? []).length > 0;
}

/** What the server tells everybody is what the box in front of it has to forward. */
function announced({
  passiveAddress,
}: Partial<ServeFlags>): Pick<FirewallFlags, 'publicAddress' | 'portOffset'> {
  const rule = passiveAddress?.find(({ clients }) => clients === undefined);
  if (rule === undefined) return {};
  return {
    ...(parseAddress(rule.address) === undefined ? {} : { publicAddress: rule.address }),
    ...(rule.portOffset === undefined ? {} : { portOffset: rule.portOffset }),
  };
}
