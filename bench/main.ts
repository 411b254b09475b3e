import { writeFileSync } from 'node:fs';
import { ensurePeers } from '../scripts/debian.mjs';
import { clientKinds, clientMeasurements } from './client-measurements.ts';
import type { ClientKind } from './clients/client.ts';
import { type ContestOptions, hold, type Measurement } from './contest.ts';
import { abandonSessions } from './load/control.ts';
import { enterNamespace, inNamespace } from './namespace.ts';
import { type Options, parseOptions, usage } from './options.ts';
import { toLines } from './report/console.ts';
import { type Report, toJson } from './report/json.ts';
import { describeMachine } from './report/machine.ts';
import { toMarkdown } from './report/markdown.ts';
import { type Standing, standingOf } from './report/standing.ts';
import { type Runner, serverMeasurements } from './server-measurements.ts';
import { startServers } from './servers/all.ts';
import { makeSupplies, type Supplies } from './servers/supplies.ts';

const say = (line: string) => void process.stderr.write(`${line}\n`);

async function contest<C>(
  options: Options,
  all: readonly Measurement<C>[],
  who: Pick<ContestOptions<C>, 'contestants' | 'name' | 'limit'>,
): Promise<Standing[]> {
  const measurements = all.filter(({ rows }) => rows.some(({ id }) => options.rows.test(id)));
  const { rounds } = options;
  const results = await hold({ measurements, rounds, abandon: abandonSessions, say, ...who });
  const rows = measurements.flatMap(({ rows }) => rows);
  return rows.map((row) => standingOf(row, results.get(row.id) ?? new Map()));
}

function measureServers(
  options: Options,
  runners: readonly Runner[],
  supplies: Supplies,
): Promise<Standing[]> {
  const span = options.quick ? { warm: 200, count: 600 } : { warm: 300, count: 1200 };
  const all = serverMeasurements({ span, idleSessions: options.quick ? 300 : 2000, supplies });
  return contest(options, all, { contestants: runners, name: ({ kind }) => kind.name, limit: 15_000 });
}

function measureClients(options: Options, { server }: Runner, supplies: Supplies): Promise<Standing[]> {
  const contestants = clientKinds.filter(({ name }) => options.clients?.includes(name) ?? true);
  const name = (kind: ClientKind) => kind.name;
  return contest(options, clientMeasurements(server, supplies), { contestants, name, limit: 70_000 });
}

// Not ours, so that nobody is at home; not Pure-FTPd first: some of its replies make curl wait for a delayed ACK.
function clientServer(runners: readonly Runner[]): Runner | undefined {
  const wanted = ['vsftpd', 'Pure-FTPd', 'pyftpdlib', 'duoport'];
  return wanted
    .map((name) => runners.find(({ kind }) => kind.name === name))
    .find((runner) => runner !== undefined);
}

async function main(): Promise<void> {
  const options = parseOptions(process.argv.slice(2));
  // Peers are fetched before: inside the namespace there is no network.
  const status = enterNamespace(ensurePeers(), say);
  if (status !== undefined) process.exit(status);
  const supplies = makeSupplies();
  const runners = await startServers(options.servers, supplies, say);
  try {
    const servers = await measureServers(options, runners, supplies);
    const against = clientServer(runners);
    const clients = against === undefined ? [] : await measureClients(options, against, supplies);
    const report = {
      machine: describeMachine(),
      ownNetwork: inNamespace(),
      rounds: options.rounds,
      servers,
      clients,
    };
    publish(options, { ...report, clientServer: against?.kind.name ?? 'nobody' });
  } finally {
    await Promise.all(runners.map(({ server }) => server.stop()));
    supplies.remove();
  }
}

function publish(options: Options, report: Report): void {
  process.stdout.write(`${toLines([...report.servers, ...report.clients]).join('\n')}\n`);
  if (options.json !== undefined) writeFileSync(options.json, toJson(report));
  if (!options.write) return;
  writeFileSync(new URL('../docs/benchmarks.md', import.meta.url), toMarkdown(report));
  writeFileSync(new URL('../docs/benchmarks.json', import.meta.url), toJson(report));
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    say(error instanceof Error ? (error.stack ?? error.message) : String(error));
    say(usage);
    process.exit(1);
  },
);
