import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { run } from '../support/child.ts';
import { need } from '../support/programs.ts';
import { bytesOf, type ClientDriver, type Item, type Outcome, outcomeOf, type Target } from './client.ts';

const script = fileURLToPath(new URL('./drive_ftplib.py', import.meta.url));

/** ftplib of Python 3.11, in a class of ours that takes up the TLS session on data connections. */
export const ftplib: ClientDriver = {
  name: 'ftplib',
  needs: ['python3'],
  version: async () =>
    (await run({ program: need('python3'), args: ['--version'] })).stdout.toString().trim(),
  unsupported: () => undefined,
  readOnly: undefined,
  get: (target, items) =>
    drive(
      target,
      items.map((item) => ['get', item]),
    ),
  put: (target, items) =>
    drive(
      target,
      items.map((item) => ['put', item]),
    ),
  resumeGet: (target, item) => drive(target, [['resume-get', item]]),
  resumePut: (target, item) => drive(target, [['resume-put', item]]),
  getFolder: (target, { remote, local, names }) =>
    drive(
      target,
      names.map((name) => ['get', { remote: bytesOf(`${remote}/${name}`), local: `${local}/${name}` }]),
    ),
  putFolder: (target, { remote, local, names }) =>
    drive(target, [
      ['mkdir', { remote: bytesOf(remote), local }],
      ...names.map(
        (name): Job => ['put', { remote: bytesOf(`${remote}/${name}`), local: `${local}/${name}` }],
      ),
    ]),
  list: async (target, folder) => {
    const file = `${target.scratch}/ftplib-names.txt`;
    const outcome = await drive(target, [['list', { remote: bytesOf(folder), local: file }]]);
    return { ...outcome, names: outcome.ok ? readFileSync(file, 'utf8').split('\n').filter(Boolean) : [] };
  },
};

type Job = readonly ['get' | 'put' | 'resume-get' | 'resume-put' | 'mkdir' | 'list', Item];

async function drive(target: Target, jobs: readonly Job[]): Promise<Outcome> {
  const { host, port, user, password, way, scratch } = target;
  const order = {
    ...{ host, port, user, password, mode: way.mode, tls: way.tls },
    jobs: jobs.map(([act, { remote, local }]) => [act, Buffer.from(remote).toString('latin1'), local]),
  };
  const input = Buffer.from(JSON.stringify(order));
  return outcomeOf(
    await run({ program: need('python3'), args: [script], input, cwd: scratch, timeout: 220_000 }),
  );
}
