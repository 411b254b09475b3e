import type { ClientDriver } from '../clients/client.ts';
import { curl } from '../clients/curl.ts';
import { duoportClient } from '../clients/duoport.ts';
import { lftp } from '../clients/lftp.ts';
import type { Field } from '../matrix/field.ts';
import { duoportServer } from '../peers/duoport.ts';
import type { ServerKind } from '../peers/peer.ts';
import { proftpd } from '../peers/proftpd.ts';
import { pureFtpd } from '../peers/pure-ftpd.ts';
import { vsftpd } from '../peers/vsftpd.ts';
import { type Passage, passage } from './cell.ts';
import { covering, crossings, impossibleCrossing } from './crossing.ts';
import type { Backs } from './gateway-kind.ts';

export const clients: readonly ClientDriver[] = [curl, lftp, duoportClient];
const servers: readonly ServerKind[] = [vsftpd, proftpd, pureFtpd, duoportServer];

/** Sizes of what is moved: many cells, and the buffers on the way are full with one MiB. */
export const sizes: readonly { readonly name: string; readonly size: number }[] = [
  { name: '0B.bin', size: 0 },
  { name: '1B.bin', size: 1 },
  { name: '1MiB.bin', size: 1 << 20 },
];

/**
 * Our client and our server: the whole product. Every other pair: what covers all pairs of values that the client can do, and, once, the
 * reasons for what cannot be.
 */
export function passages(field: Field, backs: Backs, whole = false): readonly Passage[] {
  return clients.flatMap((client) =>
    servers.flatMap((server) => {
      const all = crossings.map((crossing) => passage({ client, server, field }, crossing, backs));
      if (whole || (client === duoportClient && server === duoportServer)) return all;
      const possible = all.filter(({ empty }) => empty === undefined);
      const chosen = new Set(covering(possible.map(({ crossing }) => crossing)));
      return all.filter(
        ({ crossing, empty }) =>
          chosen.has(crossing) || (empty !== undefined && impossibleCrossing(crossing) === undefined),
      );
    }),
  );
}
