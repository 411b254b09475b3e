import type { Directories } from './directories.ts';
import type { System } from './system.ts';
import type { Visit } from './visit.ts';

/** What the operations of one root share. */
export interface Store {
  readonly directories: Directories;
  readonly system: System;
  /** Whether an upload is only finished when the disk has it (fsync), not when the kernel has it. */
  readonly durable: boolean;
  /** Where the process may change its working directory for a moment. */
  readonly visit: Visit | undefined;
}
