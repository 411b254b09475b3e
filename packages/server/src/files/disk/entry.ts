import type { Stats } from 'node:fs';
import type { Entry, EntryType } from '@duoport/protocol';

// From <sys/stat.h>: the type stands in the upper bits of the mode. Testing it here spares three method calls an entry.
const typeMask = 0o170000;
const regular = 0o100000;
const directory = 0o040000;
const symbolic = 0o120000;

export function typeOf(mode: number): EntryType {
  switch (mode & typeMask) {
    case regular:
      return 'file';
    case directory:
      return 'directory';
    case symbolic:
      return 'symlink';
    default:
      return 'other';
  }
}

/** What an Entry is made of; a `Stats` has it all. */
type Facts = Pick<Stats, 'mode' | 'size' | 'mtimeMs' | 'nlink' | 'uid' | 'gid' | 'dev' | 'ino'>;

/** What the system tells of a file, as an Entry. `target` is the text of a symlink. */
export function toEntry(name: string, stats: Facts, target?: string): Entry {
  const entry = {
    name,
    type: typeOf(stats.mode),
    size: stats.size,
    modified: Math.floor(stats.mtimeMs),
    mode: stats.mode & 0o7777,
    links: stats.nlink,
    owner: idText(stats.uid),
    group: idText(stats.gid),
    unique: `${deviceText(stats.dev)}${stats.ino.toString(36)}`,
  };
  return target === undefined ? entry : { ...entry, target };
}

// Most entries of a listing have the same owner and device: their texts are made once.
const ids: string[] = [];

function idText(id: number): string {
  if (id > 0xffff) return String(id);
  let text = ids[id];
  if (text === undefined) {
    text = String(id);
    ids[id] = text;
  }
  return text;
}

let lastDevice = -1;
let lastDeviceText = '';

function deviceText(device: number): string {
  if (device !== lastDevice) {
    lastDevice = device;
    lastDeviceText = `${device.toString(36)}g`;
  }
  return lastDeviceText;
}
