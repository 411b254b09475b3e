import { hold } from './contest.ts';
import { type Options, parseOptions, usage } from './options.ts';
import { toLines } from './report/console.ts';
import { standingOf } from './report/standing.ts';
import { type Runner, serverMeasurements } from './server-measurements.ts';
import { ceiling } from './servers/ceiling.ts';
import { duoport } from './servers/duoport.ts';
import { ftpSrv } from './servers/ftp-srv.ts';
import { pureFtpd } from './servers/pure-ftpd.ts';
import { pyftpdlib } from './servers/pyftpdlib.ts';
import type { ServerKind } from './servers/server.ts';
import { makeSupplies, type Supplies } from './servers/supplies.ts';
import { vsftpd } from './servers/vsftpd.ts';

const kinds: readonly ServerKind[] = [duoport, vsftpd, pureFtpd, pyftpdlib, ftpSrv, ceiling];

const say = (line: string) => void process.stderr.write(`${line}\n`);

async function startAll(options: Options, supplies: Supplies): Promise<Runner[]> {
  const wanted = kinds.filter(({ name }) => options.servers?.includes(name) ?? true);
  const runners: Runner[] = [];
  for (const kind of wanted) {
    try {
      runners.push({ kind, server: await kind.start(supplies) });
    } catch (error) {
      say(`left out: ${error instanceof Error ? error.message : error}`);
    }
  }
  return runners;
}

async function main(): Promise<void> {
  const options = parseOptions(process.argv.slice(2));
  const supplies = makeSupplies();
  const runners = await startAll(options, supplies);
  try {
    const span = options.quick ? { warm: 200, count: 600 } : { warm: 300, count: 1500 };
    const all = serverMeasurements({ span, idleSessions: options.quick ? 300 : 2000, supplies });
    const measurements = all.filter(({ rows }) => rows.some(({ id }) => options.rows.test(id)));
    const results = await hold({
      measurements,
      contestants: runners,
      name: ({ kind }) => kind.name,
      rounds: options.rounds,
      limit: 60_000,
      say,
    });
    const rows = measurements.flatMap(({ rows }) => rows);
    const standings = rows.map((row) => standingOf(row, results.get(row.id) ?? new Map()));
    process.stdout.write(`${toLines(standings).join('\n')}\n`);
  } finally {
    await Promise.all(runners.map(({ server }) => server.stop()));
    supplies.remove();
  }
}

main().then(
  () => process.exit(process.exitCode ?? 0),
  (error: unknown) => {
    say(error instanceof Error ? (error.stack ?? error.message) : String(error));
    say(usage);
    process.exit(1);
  },
);
