import type { VerbRow } from '@duoport/protocol';
import type { Handler } from './command.ts';
import { host, pass, quit, rein, user } from './commands/access.ts';
import { checksums, hash } from './commands/checksums.ts';
import { eprt, epsv, esta, estp, lprt, lpsv, pasv, port, pret } from './commands/data-connection.ts';
import { cdup, cwd, mkd, pwd, rmd } from './commands/directories.ts';
import { avbl, dele, mdtm, mfct, mff, mfmt, rnfr, rnto, size } from './commands/file-management.ts';
import { abor, clnt, csid, feat, help, lang, noop, syst } from './commands/information.ts';
import { list, mlsd, mlst, nlst, stat } from './commands/listings.ts';
import { opts, optsHash, optsMlst, optsModeZ, optsUtf8 } from './commands/options.ts';
import { siteNonce, siteProbe } from './commands/probe.ts';
import { auth, ccc, pbsz, prot } from './commands/security.ts';
import { site, siteChmod, siteHelp, siteMkdir, siteSymlink, siteUtime } from './commands/site.ts';
import { allo, mode, modeZ, rang, rest, stru, type } from './commands/transfer-parameters.ts';
import { appe, retr, stor, stou } from './commands/transfers.ts';

const handlers: readonly Handler[] = [
  ...[user, pass, rein, quit, host, auth, pbsz, prot, ccc],
  ...[cwd, cdup, pwd, mkd, rmd, dele, rnfr, rnto, size, mdtm, mfmt, mfct, mff, avbl],
  ...[pasv, epsv, lpsv, port, eprt, lprt, pret, esta, estp],
  ...[type, mode, modeZ, stru, rest, rang, allo, opts, optsUtf8, optsMlst, optsHash, optsModeZ],
  ...[retr, stor, appe, stou, list, nlst, mlsd, mlst, stat, abor],
  ...[feat, help, syst, noop, lang, clnt, csid, hash, ...checksums],
  ...[site, siteHelp, siteChmod, siteUtime, siteSymlink, siteMkdir, siteProbe, siteNonce],
];

const byVerb: ReadonlyMap<string, Handler> = new Map(handlers.map((handler) => [handler.verb, handler]));

/** What this server does for a verb; undefined for one that it has no use for. */
export function handlerOf(row: VerbRow): Handler | undefined {
  return byVerb.get(row.aliasOf ?? row.verb);
}
