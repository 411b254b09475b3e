import { codeOf, LdapLink, type LdapServer } from './ldap-link.ts';

export interface LdapPoolOptions extends LdapServer {
  /** Connections at a time; others wait. */
  readonly connections: number;
  /** Once on each new connection. */
  readonly prepare?: (link: LdapLink, signal: AbortSignal) => Promise<void>;
}

/** So many may wait for a connection. */
const mostWaiting = 1000;
/** Milliseconds after which a connection that nobody needs is closed. */
const idleTime = 30_000;

/** Connections to one LDAP server, for one piece of work after the other. */
export class LdapPool {
  readonly #options: LdapPoolOptions;
  readonly #idle = new Map<LdapLink, NodeJS.Timeout>();
  readonly #waiting: (() => void)[] = [];
  #running = 0;
  #closed = false;

  constructor(options: LdapPoolOptions) {
    this.#options = options;
  }

  /** Gives the work a connection of its own. A kept one that turns out to be dead is replaced once. */
  async use<T>(signal: AbortSignal, work: (link: LdapLink) => Promise<T>): Promise<T> {
    await this.#turn(signal);
    try {
      const kept = this.#kept();
      if (kept !== undefined) {
        try {
          return await this.#work(kept, work);
        } catch (error) {
          if (codeOf(error) !== undefined || signal.aborted) throw error;
        }
      }
      return await this.#work(await this.#open(signal), work);
    } finally {
      const next = this.#waiting.shift();
      // Whoever waits longest takes the place over.
      if (next === undefined) this.#running -= 1;
      else next();
    }
  }

  close(): void {
    this.#closed = true;
    for (const [link, timer] of this.#idle) {
      clearTimeout(timer);
      link.destroy();
    }
    this.#idle.clear();
  }

  async #turn(signal: AbortSignal): Promise<void> {
    if (this.#running < this.#options.connections) {
      this.#running += 1;
      return;
    }
    if (this.#waiting.length >= mostWaiting) throw new Error('too many logins wait for it');
    await new Promise<void>((resolve, reject) => {
      const leave = () => {
        this.#waiting.splice(this.#waiting.indexOf(enter), 1);
        reject(new Error('no free connection in time'));
      };
      const enter = () => {
        signal.removeEventListener('abort', leave);
        resolve();
      };
      signal.addEventListener('abort', leave, { once: true });
      this.#waiting.push(enter);
    });
  }

  #kept(): LdapLink | undefined {
    for (const [link, timer] of this.#idle) {
      clearTimeout(timer);
      this.#idle.delete(link);
      if (link.usable) {
        link.wake();
        return link;
      }
      link.destroy();
    }
    return undefined;
  }

  async #open(signal: AbortSignal): Promise<LdapLink> {
    const link = await LdapLink.open(this.#options, signal);
    try {
      await this.#options.prepare?.(link, signal);
      return link;
    } catch (error) {
      link.destroy();
      throw error;
    }
  }

  async #work<T>(link: LdapLink, work: (link: LdapLink) => Promise<T>): Promise<T> {
    try {
      return await work(link);
    } finally {
      if (link.usable && !this.#closed) this.#keep(link);
      else link.destroy();
    }
  }

  #keep(link: LdapLink): void {
    link.rest();
    const timer = setTimeout(() => {
      this.#idle.delete(link);
      link.destroy();
    }, idleTime);
    this.#idle.set(link, timer.unref());
  }
}
