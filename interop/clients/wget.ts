import { readFileSync } from 'node:fs';
import { run } from '../support/child.ts';
import { need } from '../support/programs.ts';
import { authority, isActive, type Way } from '../support/way.ts';
import {
  bytesOf,
  type ClientDriver,
  type Item,
  type Outcome,
  outcomeOf,
  percent,
  type Target,
  unsupportedOutcome,
} from './client.ts';

const readsOnly = 'wget cannot upload';

/** GNU wget 1.21 (GnuTLS): downloads only. */
export const wget: ClientDriver = {
  name: 'wget',
  needs: ['wget'],
  version: async () =>
    (await run({ program: need('wget'), args: ['--version'] })).stdout.toString().split(' built')[0] ?? '',
  unsupported: ({ mode, family }) => {
    if (mode === 'EPSV' && family === 4) return 'wget sends EPSV over IPv6 only';
    if (mode === 'EPRT' && family === 4) return 'wget sends EPRT over IPv6 only';
    return undefined;
  },
  readOnly: readsOnly,
  get: (target, items) => each(target, items, []),
  put: () => unsupportedOutcome(readsOnly),
  resumeGet: (target, item) => each(target, [item], ['-c']),
  resumePut: () => unsupportedOutcome(readsOnly),
  getFolder: (target, { remote, local }) => {
    const place = ['-r', '-l', '1', '-nH', '-np', `--cut-dirs=${remote.split('/').length}`, '-P', local];
    return wgetRun(target, [...place, url(target, bytesOf(`${remote}/`))]);
  },
  putFolder: () => unsupportedOutcome(readsOnly),
  list: async (target, folder) => {
    const page = `${target.scratch}/wget-index.html`;
    const outcome = await wgetRun(target, ['-O', page, url(target, bytesOf(`${folder}/`))]);
    const links = outcome.ok ? readFileSync(page, 'utf8').matchAll(/<a href="[^"]*">([^<]+)<\/a>/g) : [];
    return { ...outcome, names: Array.from(links, ([, name]) => fromHtml(name ?? '').replace(/\/$/, '')) };
  },
};

async function each(target: Target, items: readonly Item[], options: readonly string[]): Promise<Outcome> {
  let said = '';
  for (const { remote, local } of items) {
    const outcome = await wgetRun(target, [...options, '-O', local, url(target, remote)]);
    said += outcome.said;
    if (!outcome.ok) return { ok: false, said };
  }
  return { ok: true, said };
}

async function wgetRun(target: Target, args: readonly string[]): Promise<Outcome> {
  const { way, user, password, scratch } = target;
  const login = [`--ftp-user=${user}`, `--ftp-password=${password}`];
  const common = ['--no-config', '--no-hsts', '-d', '-nv', '--tries=1', '--timeout=30', '--no-proxy'];
  const mode = isActive(way.mode) ? '--no-passive-ftp' : '--passive-ftp';
  const all = [...common, ...login, mode, ...tlsArgs(way), ...args];
  return outcomeOf(await run({ program: need('wget'), args: all, cwd: scratch, timeout: 220_000 }));
}

function url({ host, port, way }: Target, remote: Uint8Array): string {
  return `${way.tls === 'none' ? 'ftp' : 'ftps'}://${authority(host, port)}/${percent(remote)}`;
}

function tlsArgs({ tls }: Way): readonly string[] {
  if (tls === 'none') return [];
  // Its --secure-protocol names the lowest version only; this is GnuTLS's own way to say exactly one.
  return ['--no-check-certificate', `--ciphers=NORMAL:-VERS-ALL:+VERS-TLS${tls}`];
}

function fromHtml(text: string): string {
  return text.replace(/&#(\d+);/g, (_, code: string) => String.fromCodePoint(Number(code)));
}
