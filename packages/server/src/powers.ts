import type { VerbRow } from '@duoport/protocol';
import type { Files } from './files/files.ts';
import type { Settings } from './settings.ts';

export type Power = NonNullable<VerbRow['power']>;
export type Powers = ReadonlySet<Power>;

/**
 * What this server can do for this session: computed from what is really there, so FEAT cannot lie. Before the login the
 * files are unknown, and what depends on them is not promised.
 */
export function powersOf(settings: Settings, files: Files | undefined): Powers {
  let known = remembered.get(settings);
  if (known === undefined) {
    known = new WeakMap();
    remembered.set(settings, known);
  }
  // Every session of a server asks, and the answer only depends on these two.
  const key = files ?? settings;
  const powers = known.get(key) ?? workOut(settings, files);
  known.set(key, powers);
  return powers;
}

const remembered = new WeakMap<Settings, WeakMap<object, Powers>>();

function workOut(settings: Settings, files: Files | undefined): Powers {
  const powers = new Set<Power>();
  const add = (power: Power, there: boolean) => {
    if (there) powers.add(power);
  };
  add('tls', settings.tls !== undefined);
  add('passive', settings.passive);
  add('active', settings.active);
  add('hash', settings.hash);
  add('mode-z', settings.deflate);
  add('probe', settings.probe);
  add('range', true);
  add('pre-transfer', true);
  add('language', true);
  add('clear-control', settings.allowClear);
  add('host', settings.hosts.length > 0);
  add('set-modified', files?.setModified !== undefined);
  add('set-created', files?.setCreated !== undefined);
  add('chmod', files?.chmod !== undefined);
  add('symlink', files?.symlink !== undefined);
  add('space', files?.space !== undefined);
  return powers;
}
