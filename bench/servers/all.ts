import type { Runner } from '../server-measurements.ts';
import { ceiling } from './ceiling.ts';
import { duoport } from './duoport.ts';
import { ftpSrv } from './ftp-srv.ts';
import { pureFtpd } from './pure-ftpd.ts';
import { pyftpdlib } from './pyftpdlib.ts';
import type { ServerKind } from './server.ts';
import type { Supplies } from './supplies.ts';
import { vsftpd } from './vsftpd.ts';

const kinds: readonly ServerKind[] = [duoport, vsftpd, pureFtpd, pyftpdlib, ftpSrv, ceiling];

/** Starts the servers that are wanted (default: all); one that cannot be started is left out, and said. */
export async function startServers(
  wanted: readonly string[] | undefined,
  supplies: Supplies,
  say: (line: string) => void,
): Promise<Runner[]> {
  const runners: Runner[] = [];
  for (const kind of kinds.filter(({ name }) => wanted?.includes(name) ?? true)) {
    try {
      runners.push({ kind, server: await kind.start(supplies) });
    } catch (error) {
      say(`left out: ${error instanceof Error ? error.message : error}`);
    }
  }
  return runners;
}
