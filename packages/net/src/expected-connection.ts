import type { DataOwner, ExpectedData } from './data-door.ts';
import type { HeldConnection } from './held-connection.ts';

/** A data connection that was promised and has not come. */
export class ExpectedConnection {
  readonly data: ExpectedData;
  readonly owner: DataOwner;
  /** Every connection that came since, and may be it: also those that have left again. */
  readonly seen = new Set<HeldConnection>();
  /** Its transfer has begun. */
  awaited = false;
  came = false;
  /** It would have been judged, but for others that must be certain first. */
  ripe = false;
  /** Runs while it is waited for a second connection that would make the first one doubtful. */
  timer: NodeJS.Timeout | undefined;

  constructor(data: ExpectedData, owner: DataOwner) {
    this.data = data;
    this.owner = owner;
  }

  shows(marks: ReadonlySet<string>): boolean {
    return this.data.marks.some((mark) => marks.has(mark));
  }
}
