import { readFileSync, writeFileSync } from 'node:fs';
import { type Cell, type Failed, isPassive, patience } from './cell.ts';
import { type ClientDriver, clientPatience, type Errand, uploadName } from './client.ts';
import { concludeMoves, type MoveRun } from './conclude.ts';
import { howOf, refusedTransfer } from './dialogue.ts';
import { ftplibScript } from './ftplib-script.ts';
import { clientHost } from './server.ts';

/** Python's ftplib, for what neither curl nor lftp can do: EPRT over IPv4 with TLS, a pause after the login. */
export const ftplib: ClientDriver = {
  name: 'ftplib',
  run: (errand, cell) => {
    const { sample, incoming, scratch } = errand.server.folder;
    const place = `${scratch}/ftplib-${cell.verb}-${cell.secure}`;
    return concludeMoves(errand, cell, {
      client: 'ftplib',
      fetch: async () => {
        const run = await call(errand, cell, [
          ['LIST', '', `${place}.list`],
          ['RETR', sample.name, `${place}.got`],
        ]);
        if (!run.done) return run;
        return {
          ...run,
          listing: readFileSync(`${place}.list`, 'utf8'),
          fetched: readFileSync(`${place}.got`),
        };
      },
      store: () => {
        writeFileSync(`${place}.put`, sample.bytes);
        return call(errand, cell, [['STOR', `${incoming}/${uploadName('ftplib', cell)}`, `${place}.put`]]);
      },
    });
  },
};

type Job = readonly [verb: string, remote: string, local: string];

/** What the script prints when something went wrong. */
interface Told {
  readonly step: 'control' | 'command' | 'data';
  readonly error: string;
  readonly took: number;
}

async function call(errand: Errand, cell: Cell, jobs: readonly Job[]): Promise<MoveRun> {
  const { lab, server, programs } = errand;
  const { dial, client } = lab.topology;
  const order = {
    host: dial.address,
    port: dial.port,
    user: server.user,
    password: server.password,
    verb: cell.verb,
    secure: cell.secure,
    ports: client.activePorts ?? { low: 0, high: 0 },
    external: client.externalAddress ?? '',
    idle: (client.idle ?? 0) / 1000,
    obey: client.obeysPassiveAddress === true,
    timeout: isPassive(cell.verb) ? patience / 1000 : patience / 1000 + 2,
    jobs,
  };
  const run = await lab.run(clientHost(lab), [programs.need('python3'), '-I', '-c', ftplibScript], {
    input: JSON.stringify(order),
    timeout: clientPatience,
  });
  const told: Told | undefined = run.status === 3 ? JSON.parse(run.stdout) : undefined;
  return {
    done: run.status === 0,
    verdict: told && verdictOf(told, cell),
    said: run.timedOut ? 'ftplib hung' : (run.stderr.trim().split('\n').at(-1) ?? ''),
    listing: '',
    fetched: undefined,
  };
}

function verdictOf({ step, error, took }: Told, cell: Cell): Omit<Failed, 'outcome' | 'took'> {
  const reply = /^\d{3} /.test(error) ? Number(error.slice(0, 3)) : undefined;
  if (reply === undefined) {
    const how = howOf(error) ?? 'closed';
    const where = isPassive(cell.verb) ? 'connect' : 'accept';
    // Without a reply to PASV or PORT it is the control connection that is gone.
    return { step: step === 'data' ? where : 'control', how, text: error };
  }
  if (step !== 'data') return { step, how: 'reply', reply, text: error };
  return refusedTransfer({ text: error }, took, cell);
}
