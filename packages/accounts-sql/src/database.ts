import { AccountsUnavailable } from '@duoport/server';

type Value = string | number | null;
export type Row = Readonly<Record<string, unknown>>;

/** Runs one statement. `?` stands for a value, in order. Returns the rows, and how many were changed. */
export type Run = (
  sql: string,
  values?: readonly Value[],
) => Promise<{ readonly rows: readonly Row[]; readonly changed: number }>;

/** What the two kinds of database have in common. What cannot be done now fails with `AccountsUnavailable`. */
export interface Database {
  readonly run: Run;
  /** All of it or nothing, and nobody else who does so at the same time, on any node. */
  exclusively<T>(work: (run: Run) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

/** Something that was asked for and cannot be: a name that is taken, a group that does not exist. The message says so. */
export class AccountFault extends Error {
  override readonly name = 'AccountFault';
}

/** What a database said, without its addresses and passwords. */
export function unavailable(what: string, error: unknown): Error {
  if (error instanceof AccountsUnavailable || error instanceof AccountFault) return error;
  const reason = error instanceof Error ? reasonOf(error) : String(error);
  return new AccountsUnavailable(`${what}: ${reason}`, { cause: error });
}

/** Node tries every address of a name, and puts what came of it into an error without a text. */
function reasonOf(error: Error): string {
  if (error instanceof AggregateError)
    return error.errors.map((each) => (each instanceof Error ? each.message : String(each))).join('; ');
  return error.message;
}
