import type { StatsFs } from 'node:fs';
import type { Awaitable } from '@duoport/net';
import { FilesError } from '../../files.ts';
import type { Directory } from '../directories.ts';
import { run, type Steps } from '../steps.ts';
import type { System } from '../system.ts';
import type { DiskFloor } from './upload-policy.ts';

/** Milliseconds for which the answer of the disk is good: others fill it too. */
const goodFor = 250;
/** Bytes that may be written on one answer at most; near the floor it is an eighth of what is left. */
const largestStep = 64 * 1024 * 1024;
const share = 8;

interface Disk {
  /** Bytes that may be written before the disk is asked again. */
  left: number;
  /** When it has to be asked again in any case; monotonic. */
  due: number;
}

/** Keeps uploads from filling the disks of one root. What all uploads of the process write is counted together. */
export class DiskFloors {
  readonly #floor: DiskFloor;
  readonly #system: System;
  readonly #disks = new Map<number, Disk>();

  constructor(floor: DiskFloor, system: System) {
    this.#floor = floor;
    this.#system = system;
  }

  /** Bytes that may be written until the floor is reached, as the disk says now. */
  *room(directory: Directory): Steps<number> {
    return this.#above(yield* this.#system.statfs(directory.self));
  }

  /** Before `bytes` are written to the disk of an open directory. @throws FilesError space-kept when they would not fit. */
  spend(directory: Directory, device: number, bytes: number): Awaitable<void> {
    const disk = this.#disks.get(device);
    if (disk !== undefined && bytes <= disk.left && performance.now() < disk.due) disk.left -= bytes;
    else return run(this.#ask(directory, device, bytes));
  }

  *#ask(directory: Directory, device: number, bytes: number): Steps<void> {
    const room = yield* this.room(directory);
    if (bytes > room) {
      this.#disks.delete(device);
      throw spaceKept();
    }
    const left = Math.min(largestStep, (room - bytes) / share);
    this.#disks.set(device, { left, due: performance.now() + goodFor });
  }

  #above({ bavail, blocks, bsize }: StatsFs): number {
    const kept = 'bytes' in this.#floor ? this.#floor.bytes : (blocks * bsize * this.#floor.percent) / 100;
    return Math.max(0, bavail * bsize - kept);
  }
}

/** Not a full disk, which another server's files would be hit by as well: this server stops before. */
export function spaceKept(path?: string): FilesError {
  return new FilesError('space-kept', { path });
}
