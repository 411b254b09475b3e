import { parseAddress } from '@duoport/protocol';
import type { Settings } from '../config/schema.ts';
import { UsageError } from '../usage-error.ts';
import type { FirewallFlags } from './flags.ts';

/**
 * What a settings file of `duoport serve` says about the flows, as flags of `duoport firewall`. What stands on the command
 * line goes before it.
 */
export function flagsFromConfig(settings: Settings, typed: FirewallFlags): FirewallFlags {
  if (typed.side === 'client') {
    throw new UsageError('--config names the settings file of a server: it says nothing about a client.');
  }
  const { passive, active } = settings;
  const sourcePort = active['source-port'];
  const modes = { passive: passive.enabled, active: active.enabled };
  return {
    ...(passive.enabled && active.enabled ? {} : { modes }),
    ...(sourcePort === undefined ? {} : { sourcePort }),
    ...(passive.enabled ? { passivePorts: passive.ports } : {}),
    ...controlPorts(settings),
    ...(passive['single-port'] ? { singlePort: true } : {}),
    ...(mayUseTls(settings) ? { tls: true } : {}),
    ...(typed.forwardTo === undefined ? {} : announced(settings)),
    ...typed,
  };
}

function controlPorts({ listeners = [] }: Settings): Pick<FirewallFlags, 'controlPort'> {
  const ports = listeners.map(({ port }) => port);
  if (ports.includes(0))
    throw new UsageError('The settings file listens on port 0, which is another port each time: name one.');
  return ports.length === 0 ? {} : { controlPort: ports };
}

function mayUseTls({ tls, acme }: Settings): boolean {
  const some = tls.certificate ?? tls.certificates?.[0] ?? acme.names;
  return some !== undefined || tls['self-signed'];
}

/** What the server tells everybody is what the box in front of it has to forward. */
function announced({ passive }: Settings): Pick<FirewallFlags, 'publicAddress' | 'portOffset'> {
  const rule = passive.addresses?.find(({ clients }) => clients === undefined);
  if (rule === undefined) return {};
  const offset = rule['port-offset'];
  return {
    ...(parseAddress(rule.address) === undefined ? {} : { publicAddress: rule.address }),
    ...(offset === 0 ? {} : { portOffset: offset }),
  };
}
