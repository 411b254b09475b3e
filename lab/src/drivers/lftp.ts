import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import type { RunResult } from '../processes.ts';
import { type Cell, isPassive, patience } from './cell.ts';
import { type ClientDriver, clientPatience, type Errand, uploadName, urlHost } from './client.ts';
import { concludeMoves, type MoveRun } from './conclude.ts';
import { judgeDialogue, type Line } from './dialogue.ts';
import { clientHost } from './server.ts';

/** lftp 4.9.2. It says EPRT over IPv6 only. */
export const lftp: ClientDriver = {
  name: 'lftp',
  run: (errand, cell) => {
    const place = `${errand.server.folder.scratch}/lftp-${cell.verb}-${cell.secure}`;
    mkdirSync(place, { recursive: true });
    const { sample, incoming } = errand.server.folder;
    const got = `${place}/got`;
    const put = `${place}/put`;
    writeFileSync(put, sample.bytes);
    return concludeMoves(errand, cell, {
      client: 'lftp',
      fetch: async () => {
        const run = await call(errand, cell, place, ['cls -1 -q', `get ${sample.name} -o ${got}`]);
        return { ...run, fetched: run.done && existsSync(got) ? readFileSync(got) : undefined };
      },
      store: () => call(errand, cell, place, [`put ${put} -o ${incoming}/${uploadName('lftp', cell)}`]),
    });
  },
};

async function call(
  errand: Errand,
  cell: Cell,
  place: string,
  commands: readonly string[],
): Promise<MoveRun> {
  const { lab, server, programs } = errand;
  const { address, port } = lab.topology.dial;
  const open = `open -u ${server.user},${server.password} ftp://${urlHost(address)}:${port}`;
  const set = Object.entries(settings(errand, cell)).map(([name, value]) => `set ${name} ${value}`);
  const run = await lab.run(clientHost(lab), [programs.need('lftp'), '--norc'], {
    input: [...set, 'debug -t 9', open, ...commands, ''].join('\n'),
    timeout: clientPatience,
    env: { HOME: place, LFTP_HOME: place, TERM: 'dumb' },
  });
  const verdict = judgeDialogue(linesOf(run), cell);
  const done = run.status === 0 && verdict === undefined;
  return { done, verdict, said: lastWord(run), listing: run.stdout, fetched: undefined };
}

function settings({ lab }: Errand, { verb, secure }: Cell): Readonly<Record<string, string>> {
  const { activePorts, externalAddress, obeysPassiveAddress } = lab.topology.client;
  const tls = secure ? 'yes' : 'no';
  return {
    'cmd:fail-exit': 'yes',
    'xfer:clobber': 'yes',
    // A little more than the server's own patience, so that its 425 is heard.
    'net:timeout': String(patience / 1000 + 2),
    'net:max-retries': '1',
    'net:reconnect-interval-base': '1',
    'ssl:verify-certificate': 'no',
    'ftp:ssl-allow': tls,
    'ftp:ssl-force': tls,
    'ftp:ssl-protect-data': 'yes',
    'ftp:ssl-protect-list': 'yes',
    'ftp:use-mdtm': 'no',
    'ftp:use-site-utime': 'no',
    'ftp:use-site-utime2': 'no',
    'ftp:passive-mode': isPassive(verb) ? 'yes' : 'no',
    'ftp:prefer-epsv': verb === 'EPSV' || verb === 'EPRT' ? 'yes' : 'no',
    'ftp:auto-passive-mode': 'no',
    'ftp:fix-pasv-address': obeysPassiveAddress === true ? 'no' : 'yes',
    ...(activePorts === undefined ? {} : { 'ftp:port-range': `${activePorts.low}-${activePorts.high}` }),
    ...(externalAddress === undefined ? {} : { 'ftp:port-ipv4': externalAddress }),
  };
}

/** `2026-11-20 10:20:15 ---> PORT 10,9,1,1,156,67`: to the second. */
export function linesOf({ stdout, stderr }: Pick<RunResult, 'stdout' | 'stderr'>): readonly Line[] {
  return `${stdout}${stderr}`.split('\n').flatMap((raw): readonly Line[] => {
    const found = /^\S+ (\d\d):(\d\d):(\d\d) (--->|<---|----|\S.*?) (.*?)\r?$/.exec(raw);
    if (found === null) return [];
    const [, hours, minutes, seconds, mark, text = ''] = found;
    const at = ((Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1000;
    return [{ at, from: mark === '--->' ? 'client' : mark === '<---' ? 'server' : 'talk', text }];
  });
}

function lastWord({ stdout, stderr, status, timedOut }: RunResult): string {
  if (timedOut) return 'lftp hung';
  return /^.*Fatal error: .*$/m.exec(`${stdout}\n${stderr}`)?.[0] ?? `lftp ended with ${status}`;
}
