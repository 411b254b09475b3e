import { clientKinds, clientMeasurements } from './client-measurements.ts';
import type { ClientKind } from './clients/client.ts';
import { type Bench, contest } from './contests.ts';
import type { Standing } from './report/standing.ts';
import { type Runner, serverMeasurements } from './server-measurements.ts';
import { startServers } from './servers/all.ts';

interface ServersResult {
  readonly servers: Standing[];
  readonly clients: Standing[];
  /** The server that the clients were measured against. */
  readonly clientServer: string;
}

/** The parts about servers and clients. */
export async function measureServers(bench: Bench): Promise<ServersResult> {
  const { options, supplies, say } = bench;
  const runners = await startServers(options.servers, supplies, say);
  try {
    const servers = options.only.has('servers') ? await contestOfServers(bench, runners) : [];
    const against = options.only.has('clients') ? clientServer(runners) : undefined;
    const clients = against === undefined ? [] : await contestOfClients(bench, against);
    return { servers, clients, clientServer: against?.kind.name ?? 'nobody' };
  } finally {
    await Promise.all(runners.map(({ server }) => server.stop()));
  }
}

function contestOfServers(bench: Bench, runners: readonly Runner[]): Promise<Standing[]> {
  const { options, supplies } = bench;
  const { span } = options;
  const all = serverMeasurements({ span, idleSessions: options.quick ? 300 : 2000, supplies });
  return contest(bench, all, { contestants: runners, name: ({ kind }) => kind.name, limit: 15_000 });
}

function contestOfClients(bench: Bench, { server }: Runner): Promise<Standing[]> {
  const { options, supplies } = bench;
  const contestants = clientKinds.filter(({ name }) => options.clients?.includes(name) ?? true);
  const name = (kind: ClientKind) => kind.name;
  return contest(bench, clientMeasurements(server, supplies), { contestants, name, limit: 70_000 });
}

// Not ours, so that nobody is at home; not Pure-FTPd first: some of its replies make curl wait for a delayed ACK.
function clientServer(runners: readonly Runner[]): Runner | undefined {
  const wanted = ['vsftpd', 'Pure-FTPd', 'pyftpdlib', 'duoport'];
  return wanted
    .map((name) => runners.find(({ kind }) => kind.name === name))
    .find((runner) => runner !== undefined);
}
