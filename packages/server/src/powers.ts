import type { VerbRow } from '@duoport/protocol';
import type { Login, LoginLimits } from './accounts/accounts.ts';
import type { Files } from './files/files.ts';
import type { Settings } from './settings.ts';

export type Power = NonNullable<VerbRow['power']>;
export type Powers = ReadonlySet<Power>;

/**
 * What this server can do for this session: computed from what is really there, so FEAT cannot lie. Before the login the
 * files are unknown, and what depends on them is not promised.
 */
export function powersOf(settings: Settings, login: Pick<Login, 'files' | 'limits'> | undefined): Powers {
  const { files, limits } = login ?? {};
  if (limits?.modes !== undefined || limits?.requireTls !== undefined)
    return workOut(settings, files, limits);

  let known = remembered.get(settings);
  if (known === undefined) {
    known = new WeakMap();
    remembered.set(settings, known);
  }
  // Every session of a server asks, and the answer only depends on these two.
  const key = files ?? settings;
  let powers = known.get(key);
  if (powers === undefined) {
    powers = workOut(settings, files, undefined);
    known.set(key, powers);
  }
  return powers;
}

const remembered = new WeakMap<Settings, WeakMap<object, Powers>>();

function workOut(settings: Settings, files: Files | undefined, limits: LoginLimits | undefined): Powers {
  const { modes, requireTls } = limits ?? {};
  const powers = new Set<Power>();
  const add = (power: Power, there: boolean) => {
    if (there) powers.add(power);
  };
  add('tls', settings.tls !== undefined);
  add('passive', settings.passive && modes?.includes('passive') !== false);
  add('active', settings.active && modes?.includes('active') !== false);
  add('hash', settings.hash);
  add('mode-z', settings.deflate);
  add('probe', settings.probe);
  add('range', true);
  add('pre-transfer', true);
  add('language', true);
  add('clear-control', settings.allowClear && (requireTls === undefined || requireTls === 'data'));
  add('host', settings.hosts.length > 0 || (settings.tls?.hasSeveral ?? false));
  add('set-modified', files?.setModified !== undefined);
  add('set-created', files?.setCreated !== undefined);
  add('chmod', files?.chmod !== undefined);
  add('symlink', files?.symlink !== undefined);
  add('space', files?.space !== undefined);
  return powers;
}
