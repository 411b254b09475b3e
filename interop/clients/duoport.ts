import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ConnectOptions, connect, type FtpClient } from '@duoport/client';
import type { TraceEvent } from '@duoport/net';
import { decodeText } from '@duoport/protocol';
import { authority } from '../support/way.ts';
import type { ClientDriver, FolderItem, Item, Outcome, Target } from './client.ts';

/** Our own client: the package `@duoport/client`, in this process. */
export const duoportClient: ClientDriver = {
  name: 'duoport',
  needs: [],
  version: () => Promise.resolve('duoport (this repository)'),
  unsupported: () => undefined,
  readOnly: undefined,
  get: (target, items) => each(target, items, (ftp, { remote, local }) => ftp.get(decodeText(remote), local)),
  put: (target, items) => each(target, items, (ftp, { remote, local }) => ftp.put(local, decodeText(remote))),
  resumeGet: (target, item) =>
    each(target, [item], (ftp, { remote, local }) => ftp.get(decodeText(remote), local, { resume: true })),
  resumePut: (target, item) =>
    each(target, [item], (ftp, { remote, local }) => ftp.put(local, decodeText(remote), { resume: true })),
  breakOff: (target, long, { remote, local }) =>
    talk(target, async (ftp) => {
      const breaking = new AbortController();
      const sink = { write: () => breaking.abort(new Error('broken off')) };
      await ftp.get(long, sink, { signal: breaking.signal }).catch((error: unknown) => {
        if (!breaking.signal.aborted) throw error;
      });
      await ftp.get(decodeText(remote), local);
    }),
  getFolder: (target, folder) => talk(target, (ftp) => getFolder(ftp, folder)),
  putFolder: (target, folder) => talk(target, (ftp) => putFolder(ftp, folder)),
  list: async (target, folder) => {
    const names: string[] = [];
    const outcome = await talk(target, async (ftp) => {
      for await (const { name } of ftp.list(folder)) names.push(name);
    });
    return { ...outcome, names };
  },
};

async function getFolder(ftp: FtpClient, { remote, local }: FolderItem): Promise<void> {
  const names: string[] = [];
  for await (const { name, type } of ftp.list(remote)) if (type === 'file') names.push(name);
  for (const name of names) await ftp.get(`${remote}/${name}`, join(local, name));
}

async function putFolder(ftp: FtpClient, { remote, local }: FolderItem): Promise<void> {
  await ftp.makeDirectory(remote, { parents: true });
  for (const name of readdirSync(local)) await ftp.put(join(local, name), `${remote}/${name}`);
}

function each(
  target: Target,
  items: readonly Item[],
  move: (ftp: FtpClient, item: Item) => Promise<unknown>,
) {
  return talk(target, async (ftp) => {
    for (const item of items) await move(ftp, item);
  });
}

async function talk(target: Target, act: (ftp: FtpClient) => Promise<unknown>): Promise<Outcome> {
  const trace: string[] = [];
  const url = `ftp://${authority(target.host, target.port)}/`;
  try {
    await using ftp = await connect(url, {
      ...optionsFor(target),
      trace: (event) => trace.push(traceLine(event)),
    });
    await act(ftp);
    return { ok: true, said: trace.join('\n') };
  } catch (error) {
    const told =
      error instanceof Error ? `${error.name}: ${error.message}\n${error.stack ?? ''}` : String(error);
    return { ok: false, said: `${trace.join('\n')}\n${told}\n[${told.split('\n')[0]}]` };
  }
}

function optionsFor({ user, password, way, certificate, requireReuse }: Target): ConnectOptions {
  const login = {
    user,
    password,
    dataVerb: way.mode,
    timeouts: { reply: 20_000, dataOpen: 20_000, stall: 20_000 },
  };
  if (way.tls === 'none') return { ...login, tls: 'none' };
  const version = `TLSv${way.tls}` as const;
  return {
    ...login,
    ...{ tls: 'explicit', minVersion: version, maxVersion: version, ca: readFileSync(certificate, 'utf8') },
    binding: requireReuse ? 'require' : 'prefer',
  };
}

/** Lines look as other clients print them, so that one pattern finds the mode in all of them. */
function traceLine({ at, ...fact }: TraceEvent): string {
  if (fact.kind === 'line') return `${fact.from === 'client' ? '> ' : '< '}${fact.text}`;
  return `* ${at.toFixed(1)} ${JSON.stringify(fact)}`;
}
