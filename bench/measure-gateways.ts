import { type Bench, contest } from './contests.ts';
import { type Way, wayMeasurements } from './gateway-measurements.ts';
import { direct } from './gateways/direct.ts';
import { duoportGateway } from './gateways/duoport-gateway.ts';
import { duoportDirectClear, duoportRelay } from './gateways/duoport-relay.ts';
import type { GatewayKind } from './gateways/gateway.ts';
import { modProxy } from './gateways/mod-proxy.ts';
import type { Standing } from './report/standing.ts';
import type { Server } from './servers/server.ts';
import { vsftpd } from './servers/vsftpd.ts';

const contestants = {
  gateway: [duoportGateway, modProxy, direct],
  relay: [duoportRelay, duoportDirectClear, direct],
} as const;

interface GatewaysResult {
  readonly gateway: Standing[];
  readonly relay: Standing[];
  /** The server that every way led to. */
  readonly behind: string;
}

/** The parts about gateways and the relay, all in front of one and the same server. */
export async function measureGateways(bench: Bench): Promise<GatewaysResult> {
  const behind = await vsftpd.start(bench.supplies);
  try {
    const gateway = await contestOfWays(bench, 'gateway', behind);
    const relay = await contestOfWays(bench, 'relay', behind);
    return { gateway, relay, behind: vsftpd.name };
  } finally {
    await behind.stop();
  }
}

async function contestOfWays(
  bench: Bench,
  part: keyof typeof contestants,
  behind: Server,
): Promise<Standing[]> {
  const { options } = bench;
  if (!options.only.has(part)) return [];
  const ways = await openWays(bench, contestants[part], behind);
  try {
    const all = wayMeasurements(part, options.span);
    return await contest(bench, all, { contestants: ways, name: ({ name }) => name, limit: 30_000 });
  } finally {
    await Promise.all(ways.map(({ server }) => server.stop()));
  }
}

/** One that cannot be started is left out, and said. */
async function openWays({ say }: Bench, kinds: readonly GatewayKind[], behind: Server): Promise<Way[]> {
  const ways: Way[] = [];
  for (const kind of kinds) {
    try {
      ways.push({ name: kind.name, server: await kind.start(behind) });
    } catch (error) {
      say(`left out: ${error instanceof Error ? error.message : error}`);
    }
  }
  return ways;
}
