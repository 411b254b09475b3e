import { FtpLimitError } from '@duoport/protocol';

interface Waiter {
  readonly go: () => void;
  readonly timer: NodeJS.Timeout;
}

/** One at a time for each key, the others in line. */
export class Turns {
  readonly #lines = new Map<string, Waiter[]>();
  readonly #timeout: number;

  /** `timeout`: milliseconds that somebody waits in line. */
  constructor(timeout: number) {
    this.#timeout = timeout;
  }

  /** Rejects with FTP_LIMIT when the turn does not come in time. */
  take(key: string): Promise<void> {
    const line = this.#lines.get(key);
    if (!line) {
      this.#lines.set(key, []);
      return Promise.resolve();
    }
    return new Promise((resolve, reject) => {
      const waiter = {
        go: () => {
          clearTimeout(waiter.timer);
          resolve();
        },
        timer: setTimeout(() => {
          line.splice(line.indexOf(waiter), 1);
          const text = `Another transfer from your address waits for its data connection, and on one port they cannot be told apart without TLS: try again`;
          reject(new FtpLimitError(text, { limit: 'dataConnectionsPerAddress', value: 1 }));
        }, this.#timeout),
      };
      line.push(waiter);
    });
  }

  /** Whoever has the turn of `key` is done. */
  give(key: string): void {
    const line = this.#lines.get(key);
    const next = line?.shift();
    if (next) next.go();
    else this.#lines.delete(key);
  }
}
