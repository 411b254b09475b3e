import { closeSync, openSync, writeSync } from 'node:fs';
import type { AuditEntry } from '@duoport/gateway';
import { formatEndpoint } from '@duoport/protocol';
import { printable } from '../printable.ts';
import { UsageError } from '../usage-error.ts';

/** Lines of JSON at the end of a file that only its owner may read. */
export class AuditFile implements Disposable {
  readonly #path: string;
  readonly #file: number;

  /** @throws UsageError when it cannot be written to. */
  constructor(path: string) {
    this.#path = path;
    try {
      this.#file = openSync(path, 'a', 0o600);
    } catch (cause) {
      const code = (cause as NodeJS.ErrnoException).code;
      throw new UsageError(`--audit ${printable(path)}: cannot be written to (${code}).`, { cause });
    }
  }

  /** At once: what waits in memory is lost with the process, and grows when the disk is slow. */
  write({ client, server, ...entry }: AuditEntry, now: Date): void {
    const line = {
      time: now.toISOString(),
      ...entry,
      client: formatEndpoint(client),
      server: server && formatEndpoint(server),
      duration: Math.round(entry.duration),
    };
    writeSync(this.#file, `${JSON.stringify(line)}\n`);
  }

  get path(): string {
    return this.#path;
  }

  [Symbol.dispose](): void {
    closeSync(this.#file);
  }
}
