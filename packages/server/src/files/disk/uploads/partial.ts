import { constants } from 'node:fs';
import type { Place } from '../directories.ts';
import { typeOf } from '../entry.ts';
import { errorCode } from '../errno.ts';
import { fromBinary } from '../names.ts';
import { look, reach } from '../reach.ts';
import { guarded } from '../reading.ts';
import type { Steps } from '../steps.ts';
import type { Store } from '../store.ts';
import { claim } from './live-uploads.ts';
import { isUploadName, partialName } from './upload-names.ts';

/** Bytes that an upload of this name, of which there is no file, left to go on with. */
export function* partialSize({ system, policy }: Store, { directory, name }: Place): Steps<number> {
  if (policy.mode !== 'atomic') return 0;
  const stats = yield* system.lstat(directory.at(partialName(name)));
  return stats !== undefined && typeOf(stats.mode) === 'file' ? stats.size : 0;
}

/** The same for a path; `undefined` where there is a file of that name, or nothing. */
export function* partialSteps(store: Store, path: string): Steps<number | undefined> {
  const { directories, system, policy } = store;
  if (policy.mode !== 'atomic' || path === '/') return undefined;
  const { size } = yield* reach(directories, path, function* (place): Steps<{ size: number } | undefined> {
    if (place.name === '') return { size: 0 };
    const stats = yield* look(place, (name) => system.lstat(name));
    if (stats === undefined) return { size: yield* partialSize(store, place) };
    return typeOf(stats.mode) === 'symlink' ? undefined : { size: 0 };
  });
  return size === 0 ? undefined : size;
}

/** Removes what an upload of this name left, unless it is still running. Returns whether there was anything. */
export function* forgetPartial(store: Store, { directory, name }: Place): Steps<boolean> {
  if (store.policy.mode !== 'atomic') return false;
  const partial = { directory, name: partialName(name) };
  if ((yield* store.system.lstat(directory.at(partial.name))) === undefined) return false;
  return yield* removeIdle(store, partial);
}

/** Removes the bytes of an unfinished upload when nobody writes them. */
export function* removeIdle({ system }: Store, { directory, name }: Place): Steps<boolean> {
  let fd: number;
  try {
    fd = yield* system.open(directory.at(name), constants.O_WRONLY | guarded);
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw error;
    return false;
  }
  try {
    const stats = yield* system.fstat(fd);
    const held = typeOf(stats.mode) === 'file' ? yield* claim(fd, stats) : undefined;
    if (held === undefined) return false;
    try {
      yield* system.unlink(directory.at(name));
      return true;
    } finally {
      held.release();
    }
  } finally {
    yield* system.close(fd);
  }
}

/** Makes a folder empty in which there are only left uploads; returns whether it did. */
export function* removeLeftUploads(store: Store, path: string): Steps<boolean> {
  const { directories, system } = store;
  const directory = yield* directories.enter(path);
  try {
    const names: string[] = [];
    const dir = yield* system.opendir(directory.self, 32);
    try {
      for (let entry = dir.readSync(); entry !== null; entry = dir.readSync()) {
        const name = fromBinary(entry.name);
        if (!isUploadName(name)) return false;
        names.push(name);
      }
    } finally {
      dir.closeSync();
    }
    for (const name of names) if (!(yield* removeIdle(store, { directory, name }))) return false;
    return true;
  } finally {
    directories.release(directory);
  }
}
