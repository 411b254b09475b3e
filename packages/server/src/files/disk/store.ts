import type { Directories } from './directories.ts';
import type { System } from './system.ts';
import type { DiskFloors } from './uploads/disk-floor.ts';
import type { Ending } from './uploads/ending.ts';
import type { StoredSums } from './uploads/stored-sums.ts';
import type { UploadPolicy } from './uploads/upload-policy.ts';
import type { Visit } from './visit.ts';

/** What the operations of one root share. */
export interface Store {
  readonly directories: Directories;
  readonly system: System;
  readonly policy: UploadPolicy;
  /** Where some of the disk has to stay free. */
  readonly floors: DiskFloors | undefined;
  /** Checksums that were computed while files were stored. */
  readonly sums: StoredSums;
  /** The end of uploads where none of that asks for more. */
  readonly plain: Ending;
  /** Where the process may change its working directory for a moment. */
  readonly visit: Visit | undefined;
}
