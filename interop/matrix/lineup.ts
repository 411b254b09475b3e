import type { ClientDriver } from '../clients/client.ts';
import { curl } from '../clients/curl.ts';
import { duoportClient } from '../clients/duoport.ts';
import { ftplib } from '../clients/ftplib.ts';
import { lftp } from '../clients/lftp.ts';
import { wget } from '../clients/wget.ts';
import { duoportServer, duoportServerReuse } from '../peers/duoport.ts';
import type { ServerKind } from '../peers/peer.ts';
import { proftpd, proftpdReuse } from '../peers/proftpd.ts';
import { pureFtpd } from '../peers/pure-ftpd.ts';
import { pyftpdlib } from '../peers/pyftpdlib.ts';
import { vsftpd, vsftpdReuse } from '../peers/vsftpd.ts';

export const foreignClients: readonly ClientDriver[] = [curl, lftp, ftplib, wget];
const foreignServers: readonly ServerKind[] = [
  vsftpd,
  vsftpdReuse,
  proftpd,
  proftpdReuse,
  pureFtpd,
  pyftpdlib,
];

/** A client and a server that are tried with one another. */
export interface Match {
  readonly client: ClientDriver;
  readonly server: ServerKind;
}

/** Our server with everybody's client. */
export const serverHalf: readonly Match[] = foreignClients.flatMap((client) =>
  [duoportServer, duoportServerReuse].map((server) => ({ client, server })),
);
/** Our client with everybody's server. */
export const clientHalf: readonly Match[] = foreignServers.map((server) => ({
  client: duoportClient,
  server,
}));
/** Other people's programs with one another: shows what a fault of theirs looks like without us. */
export const withoutUs: readonly Match[] = foreignClients.flatMap((client) =>
  foreignServers.map((server) => ({ client, server })),
);
