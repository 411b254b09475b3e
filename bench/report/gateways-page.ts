import { stalledPairs } from '../load/stalled.ts';
import { directClear, directWay } from '../rows.ts';
import type { Run } from './json.ts';
import type { Standing } from './standing.ts';
import { floors, placeOf, table } from './tables.ts';

/** What the page is about. */
interface GatewaysReport extends Run {
  readonly gateway: readonly Standing[];
  readonly relay: readonly Standing[];
  /** The server that every way led to. */
  readonly behind: string;
}

const names = ['duoport', directClear, 'mod_proxy', directWay];

/** The page docs/benchmarks-gateway.md. */
export function gatewaysPage(report: GatewaysReport): string {
  return `# Benchmarks of the gateway and the relay

<!-- Written by \`npm run bench -- --only gateway,relay --write\`; do not edit. -->

${placeOf(report)}
The load generator, what is between and the server (${report.behind}, the same one for all) share the cores, so part of what a
gateway costs is the time that the others do not get. “0.50 of direct” is half of what the same load got from the server
without anything between. The number after × is how many times better duoport is than that peer.
**Bold** rows are the ones where duoport is behind a peer.

## Gateway

\`duoport gateway\` and ProFTPD with mod_proxy as a reverse proxy, both in front of the one server. Nobody writes a log;
mod_proxy does not delay logins.

${table(report.gateway, names)}

## Relay

\`duoport relay serve\` and one agent, \`duoport relay connect\`, beside the server. Under *duoport* everything goes through the one TLS connection
of the agent. Under *${directClear}* files of more than 1 MiB leave it for a plain connection beside it, in which the kernels of relay and agent
pass them on; that is a choice of whoever runs the agent, for what is in the clear between client and relay anyway
([what each way protects](guide/relay.md#long-transfers-in-the-clear-several-times-as-fast)). Here load, relay, agent and server share ${report.machine.cores} cores: what goes through the relay crosses the loopback interface three times instead
of once and is encrypted and decrypted on the way, and the CPU seconds say what the relay and the agent together take for that. On
machines of their own each has its cores to itself. Beside a transfer that is not read: the share of its speed that is left, as the
median of ${stalledPairs} pairs of neighbouring measurements, without the stalled transfer and with it.

${table(report.relay, names)}

## Floors of the relay

${floors(report.relay)}
`;
}
