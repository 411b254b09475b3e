import type { Directory, Place } from '../directories.ts';
import type { OsPath } from '../names.ts';
import type { Store } from '../store.ts';

/** Where an upload goes: its folder is held open until `leave`, so that it means the same folder whatever is renamed meanwhile. */
export class UploadPlace {
  readonly store: Store;
  readonly directory: Directory;
  readonly name: string;
  #isHeld = true;

  constructor(store: Store, { directory, name }: Place) {
    this.store = store;
    this.directory = directory;
    this.name = name;
    store.directories.hold(directory);
  }

  /** For a system call on the name. */
  get path(): OsPath {
    return this.directory.at(this.name);
  }

  leave(): void {
    if (!this.#isHeld) return;
    this.#isHeld = false;
    this.store.directories.release(this.directory);
  }
}
