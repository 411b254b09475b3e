import { readFileSync, writeFileSync } from 'node:fs';
import type { RunResult } from '../processes.ts';
import { type Cell, isPassive, patience } from './cell.ts';
import { type ClientDriver, clientPatience, type Errand, uploadName, urlHost } from './client.ts';
import { concludeMoves, type MoveRun } from './conclude.ts';
import { judgeDialogue, type Line } from './dialogue.ts';
import { clientHost } from './server.ts';

/** curl 7.88. In active mode with TLS it hangs against every server (curl issue 10666): not for those cells. */
export const curl: ClientDriver = {
  name: 'curl',
  run: async (errand, cell) => {
    const place = `${errand.server.folder.scratch}/curl-${cell.verb}-${cell.secure}`;
    return concludeMoves(errand, cell, {
      client: 'curl',
      fetch: () => fetchBoth(errand, cell, place),
      store: () => store(errand, cell, place),
    });
  },
};

async function fetchBoth(errand: Errand, cell: Cell, place: string): Promise<MoveRun> {
  const base = urlOf(errand);
  const { sample } = errand.server.folder;
  const targets = [`${base}/`, '-o', `${place}.list`, `${base}/${sample.name}`, '-o', `${place}.got`];
  const run = await call(errand, cell, targets);
  return {
    ...run,
    listing: run.done ? readFileSync(`${place}.list`, 'utf8') : '',
    fetched: run.done ? readFileSync(`${place}.got`) : undefined,
  };
}

async function store(errand: Errand, cell: Cell, place: string): Promise<MoveRun> {
  const { sample, incoming } = errand.server.folder;
  const file = `${place}.put`;
  writeFileSync(file, sample.bytes);
  const target = `${urlOf(errand)}/${incoming}/${uploadName('curl', cell)}`;
  return { ...(await call(errand, cell, ['-T', file, target])), listing: '', fetched: undefined };
}

async function call(errand: Errand, cell: Cell, targets: readonly string[]) {
  const { lab, server, programs } = errand;
  // It counts from the very start: login and the waits that it has of its own (a second here and there) are in it.
  const seconds = String(patience / 1000 + 2);
  const argv = [
    programs.need('curl'),
    ...['-q', '-sS', '-v', '--trace-time', '-g', '--fail-early'],
    ...['--connect-timeout', seconds, '--max-time', '12', '-u', `${server.user}:${server.password}`],
    ...verbWords(errand, cell),
    ...(cell.secure ? ['--ssl-reqd', '--insecure'] : []),
    ...targets,
  ];
  const run = await lab.run(clientHost(lab), argv, {
    timeout: clientPatience,
    env: { HOME: server.folder.scratch },
  });
  const verdict = judgeDialogue(linesOf(run), cell);
  return { done: run.status === 0 && verdict === undefined, verdict, said: lastWord(run) };
}

function urlOf({ lab }: Errand): string {
  const { address, port } = lab.topology.dial;
  return `ftp://${urlHost(address)}:${port}`;
}

function verbWords({ lab }: Errand, { verb }: Cell): readonly string[] {
  const { activePorts, externalAddress, obeysPassiveAddress } = lab.topology.client;
  if (isPassive(verb)) {
    const whose = obeysPassiveAddress === true ? '--no-ftp-skip-pasv-ip' : '--ftp-skip-pasv-ip';
    return [verb === 'PASV' ? '--disable-epsv' : '--ftp-pasv', whose];
  }
  const own =
    externalAddress ?? lab.address(clientHost(lab), lab.topology.dial.address.includes(':') ? 6 : 4);
  const ports = activePorts === undefined ? '' : `:${activePorts.low}-${activePorts.high}`;
  return ['--ftp-port', `${urlHost(own)}${ports}`, ...(verb === 'PORT' ? ['--disable-eprt'] : [])];
}

/** `10:19:47.969579 > PASV`. */
export function linesOf({ stderr }: Pick<RunResult, 'stderr'>): readonly Line[] {
  return stderr.split('\n').flatMap((raw): readonly Line[] => {
    const found = /^(\d\d):(\d\d):(\d\d\.\d+) ([<>*]) (.*?)\r?$/.exec(raw);
    if (found === null) return [];
    const [, hours, minutes, seconds, mark, text = ''] = found;
    const at = ((Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1000;
    return [{ at, from: mark === '>' ? 'client' : mark === '<' ? 'server' : 'talk', text }];
  });
}

function lastWord({ stderr, status, timedOut }: RunResult): string {
  if (timedOut) return 'curl hung';
  return /^curl: .*$/m.exec(stderr)?.[0] ?? `curl ended with ${status}`;
}
