import { type Cell, patience, type Result } from './cell.ts';
import { clientPatience, type Errand, uploadName } from './client.ts';
import { concludeMoves, type MoveRun } from './conclude.ts';
import type { AgentAnswer, AgentOrder } from './duoport-agent.ts';
import { nodeCommand } from './programs.ts';
import { clientHost } from './server.ts';

/** Tries cells with `@duoport/client`, all at once, in one process on the client's host; results in the order of the cells. */
export async function runDuoportClient(errand: Errand, wanted: readonly Cell[]): Promise<readonly Result[]> {
  const answers = await ask(errand, wanted);
  return Promise.all(wanted.map((cell, index) => conclude(errand, cell, answers[index])));
}

async function ask(errand: Errand, wanted: readonly Cell[]): Promise<readonly AgentAnswer[]> {
  const { lab, server } = errand;
  const { dial, client } = lab.topology;
  const { sample, incoming, root } = server.folder;
  const order: AgentOrder = {
    ...dial,
    user: server.user,
    password: server.password,
    ...client,
    patience,
    sample: sample.name,
    upload: `${root}/${sample.name}`,
    cells: wanted.map((cell) => ({ ...cell, store: `${incoming}/${uploadName('duoport', cell)}` })),
  };
  const argv = nodeCommand(new URL(`./duoport-agent${import.meta.url.slice(-3)}`, import.meta.url));
  const run = await lab.run(clientHost(lab), argv, { input: JSON.stringify(order), timeout: clientPatience });
  if (run.status !== 0) throw new Error(`The duoport agent failed: ${run.stderr.trim() || 'it hung'}`);
  return JSON.parse(run.stdout);
}

function conclude(errand: Errand, cell: Cell, answer: AgentAnswer | undefined): Promise<Result> {
  if (answer === undefined) throw new Error('The duoport agent left a cell out.');
  const run = (part: AgentAnswer['fetch']): Promise<MoveRun> => {
    const { fault, listing = [], fetched } = part;
    return Promise.resolve({
      done: fault === undefined,
      verdict: fault,
      said: '',
      listing: listing.join('\n'),
      fetched: fetched === undefined ? undefined : Buffer.from(fetched, 'base64'),
    });
  };
  return concludeMoves(errand, cell, {
    client: 'duoport',
    took: answer.took,
    fetch: () => run(answer.fetch),
    store: () => run(answer.store),
  });
}
