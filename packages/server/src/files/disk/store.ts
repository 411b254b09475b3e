import type { Directories } from './directories.ts';
import type { System } from './system.ts';

/** What the operations of one root share. */
export interface Store {
  readonly directories: Directories;
  readonly system: System;
  /** Whether an upload is only finished when the disk has it (fsync), not when the kernel has it. */
  readonly durable: boolean;
}
