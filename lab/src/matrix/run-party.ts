import { buildLab } from '../build.ts';
import { type Cell, cells, type Result } from '../drivers/cell.ts';
import type { CertificateFiles } from '../drivers/certificate.ts';
import { chooseClient } from '../drivers/choose-client.ts';
import type { Errand } from '../drivers/client.ts';
import { runDuoportClient } from '../drivers/duoport-client.ts';
import type { Programs } from '../drivers/programs.ts';
import { startServer } from '../drivers/server.ts';
import type { Topology } from '../topology.ts';
import { expectedOf, type Party, type Try } from './cell-report.ts';
import { isAsKnown } from './judge.ts';

export interface PartyOptions {
  readonly programs: Programs;
  readonly certificate: CertificateFiles;
  /** How to run the command `duoport`. */
  readonly duoport: readonly string[];
  /** Closes the lab, whatever runs in it. */
  readonly signal?: AbortSignal | undefined;
}

/** Every cell of one topology by one party, in the order of `cells`, in a lab of its own: the other party leaves no traces in it. */
export async function runParty(
  topology: Topology,
  party: Party,
  options: PartyOptions,
): Promise<readonly (Try | undefined)[]> {
  const wanted = cells.filter((cell) => expectedOf(topology, cell).outcome !== 'none');
  const first = await inFreshLab(topology, party, wanted, options);
  // A machine that is busy loses seconds, and seconds tell silence from refusal here: whatever surprises is looked at twice.
  const odd = wanted.filter((cell, index) => {
    const result = first[index]?.result;
    return result !== undefined && !isAsKnown(topology, cell, { party, result });
  });
  const second = odd.length === 0 ? [] : await inFreshLab(topology, party, odd, options);
  return cells.map((cell) => {
    const done = first[wanted.indexOf(cell)];
    const again = second[odd.indexOf(cell)];
    return again === undefined ? done : { ...again, before: done?.result };
  });
}

async function inFreshLab(
  topology: Topology,
  party: Party,
  wanted: readonly Cell[],
  { programs, certificate, duoport, signal }: PartyOptions,
): Promise<readonly Try[]> {
  signal?.throwIfAborted();
  await using lab = await buildLab(topology);
  using _ = whenAborted(signal, () => void lab.close());
  const kind = party === 'duoport' ? 'duoport' : 'vsftpd';
  await using server = await startServer(lab, kind, { programs, certificate, duoport });
  const errand: Errand = { lab, server, programs };
  if (party === 'duoport') return named('duoport', await runDuoportClient(errand, wanted));
  // Awaited here: what `await using` holds ends when the function returns.
  return await Promise.all(
    wanted.map(async (cell) => {
      const client = chooseClient(topology, cell);
      return { client: client.name, result: await client.run(errand, cell) };
    }),
  );
}

function named(client: string, results: readonly Result[]): readonly Try[] {
  return results.map((result) => ({ client, result }));
}

function whenAborted(signal: AbortSignal | undefined, act: () => void): Disposable {
  if (signal?.aborted) act();
  signal?.addEventListener('abort', act, { once: true });
  return { [Symbol.dispose]: () => signal?.removeEventListener('abort', act) };
}
