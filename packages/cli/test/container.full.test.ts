import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { connect } from '@duoport/client';
import { parse } from 'yaml';
import { freeRange } from '../../net/test/free-ports.ts';
import { temporary } from './command.ts';

// There is no engine for containers where this runs: the steps of the Dockerfile are run in plain folders.

const root = new URL('../../../', import.meta.url);
const dockerfile = await readFile(new URL('Dockerfile', root), 'utf8');
const compose = parse(await readFile(new URL('compose.yaml', root), 'utf8')) as {
  readonly services: {
    readonly duoport: {
      readonly ports: readonly string[];
      readonly environment: Readonly<Record<string, string>>;
      readonly volumes: readonly string[];
      readonly cap_drop: readonly string[];
      readonly stop_grace_period: string;
    };
  };
};

interface Step {
  readonly word: string;
  readonly rest: string;
}

const steps: readonly Step[] = dockerfile
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('#'))
  .map((line) => {
    const [word = '', ...rest] = line.split(' ');
    return { word, rest: rest.join(' ') };
  });

const settings = Object.fromEntries(
  steps.filter(({ word }) => word === 'ENV').map(({ rest }) => rest.split(/=(.*)/s, 2) as [string, string]),
);

test('the ports that are exposed and published are those of the settings, and no others', () => {
  const range = settings['DUOPORT_PASSIVE_PORTS'] ?? '';
  const [control] = JSON.parse(settings['DUOPORT_LISTENERS'] ?? '[]') as readonly number[];
  const exposed = steps.find(({ word }) => word === 'EXPOSE')?.rest;
  assert.equal(exposed, `${control} ${range}`);
  const { ports, environment, volumes, cap_drop: dropped } = compose.services.duoport;
  assert.deepEqual(ports, [`21:${control}`, `${range}:${range}`]);
  assert.deepEqual(dropped, ['ALL']);
  assert.match(volumes[0] ?? '', new RegExp(`:${settings['DUOPORT_DIRECTORY']}$`));
  assert.match(environment['DUOPORT_PASSIVE_ADDRESSES'] ?? '', /\$\{EXTERNAL_ADDRESS/);
  const health = steps.find(({ word }) => word === 'HEALTHCHECK')?.rest ?? '';
  assert.ok(health.includes(`http://${settings['DUOPORT_METRICS_LISTEN']}/`));
  // Nobody is root, and who it is has no name that a base image could change.
  assert.deepEqual(
    steps.filter(({ word }) => word === 'USER').map(({ rest }) => rest),
    ['1000:1000'],
  );
});

test('what the steps of the Dockerfile make serves, is healthy, and ends as a container is ended', async () => {
  await using here = await temporary();
  const at = (path: string) => join(here.path, path);
  // The tree of this run is built already, and its packages are those that `npm ci` would fetch.
  await mkdir(at('packed'));
  await mkdir(at('opt/duoport'), { recursive: true });
  const placed = (text: string) =>
    text
      .replaceAll('/packed', at('packed'))
      .replaceAll('/opt/duoport', at('opt/duoport'))
      .replaceAll('/data', at('data'));
  const runs = steps.filter(({ word }) => word === 'RUN').map(({ rest }) => rest);
  const [ci, build, pack, install, data] = runs;
  assert.deepEqual([ci, build], ['npm ci --ignore-scripts', 'npm run build']);
  await shell(placed(pack ?? ''), new URL('.', root).pathname);
  await shell(placed(install ?? ''), at('opt/duoport'));
  await shell(placed(data ?? '').replace(/ && chown .*/, ''), here.path);
  await writeFile(at('data/f'), 'hello');
  const { low, high } = await freeRange(12);
  const environment = {
    ...settings,
    ...compose.services.duoport.environment,
    DUOPORT_DIRECTORY: at('data'),
    DUOPORT_LISTENERS: `[${low}]`,
    DUOPORT_METRICS_LISTEN: `127.0.0.1:${low + 1}`,
    DUOPORT_PASSIVE_PORTS: `${low + 2}-${high}`,
    DUOPORT_LOGS_FORMAT: 'json',
  };
  const env = Object.fromEntries(
    Object.entries(environment).map(([name, text]) => [
      name,
      text.replace(/\$\{EXTERNAL_ADDRESS[^}]*\}/, '127.0.0.1').replace(/\$\{FTP_PASSWORD[^}]*\}/, 'secret'),
    ]),
  );
  const words = (word: string) =>
    JSON.parse(placed(steps.find((step) => step.word === word)?.rest ?? '[]')) as string[];
  const [program = '', ...rest] = [...words('ENTRYPOINT'), ...words('CMD')];
  const child = spawn(program, rest, {
    env: { PATH: process.env['PATH'], ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    const ready = await createInterface({ input: child.stdout })[Symbol.asyncIterator]().next();
    assert.equal((JSON.parse(String(ready.value)) as { readonly event: string }).event, 'ready');
    await using ftp = await connect(`ftp://ftp:secret@127.0.0.1:${low}/`, { mode: 'passive', tls: 'none' });
    const names: string[] = [];
    for await (const { name } of ftp.list()) names.push(name);
    assert.deepEqual(names, ['f']);
    const health =
      /CMD (.*)$/.exec(steps.find(({ word }) => word === 'HEALTHCHECK')?.rest ?? '')?.[1] ?? '[]';
    const [node = '', ...check] = (JSON.parse(health) as string[]).map((word) =>
      word.replace(settings['DUOPORT_METRICS_LISTEN'] ?? '', env['DUOPORT_METRICS_LISTEN'] ?? ''),
    );
    assert.deepEqual(await once(spawn(node, check), 'exit'), [0, null]);
    await ftp.close();
    child.kill('SIGTERM');
    assert.deepEqual(await once(child, 'exit'), [0, null]);
    assert.deepEqual((await once(spawn(node, check), 'exit'))[0], 1);
  } finally {
    child.kill('SIGKILL');
  }
});

async function shell(line: string, cwd: string): Promise<void> {
  const child = spawn('sh', ['-ec', line], { cwd, stdio: ['ignore', 'ignore', 'pipe'] });
  const said: Buffer[] = [];
  child.stderr.on('data', (chunk: Buffer) => said.push(chunk));
  const [code] = (await once(child, 'close')) as [number];
  assert.equal(code, 0, Buffer.concat(said).toString('utf8'));
}
