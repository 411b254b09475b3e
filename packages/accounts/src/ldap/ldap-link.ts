import { LibrarySockets, type Pem } from '@duoport/net';
import type { Client } from 'ldapts';

export interface LdapServer {
  /** `ldap://host[:port]` or `ldaps://host[:port]` */
  readonly url: string;
  /** TLS on `ldap://`, before anything is said. */
  readonly startTls: boolean;
  /** Trust this authority instead of the built-in ones; PEM. */
  readonly ca?: Pem | undefined;
}

/** What was asked for in one entry; names of attributes in lower case. */
export interface LdapEntry {
  readonly dn: string;
  readonly values: ReadonlyMap<string, readonly string[]>;
}

export interface LdapSearch {
  readonly base: string;
  readonly scope: 'base' | 'one' | 'sub';
  readonly filter: string;
  readonly attributes: readonly string[];
  /** Entries. */
  readonly most: number;
}

/** Bytes of all that one login asks. */
const largest = 1024 * 1024;

/** One connection to an LDAP server. When it is lost it is over: nothing connects again by itself, unbound or in clear. */
export class LdapLink {
  readonly #client: Client;
  readonly #sockets: LibrarySockets;

  private constructor(client: Client, sockets: LibrarySockets) {
    this.#client = client;
    this.#sockets = sockets;
  }

  /** Connects. Rejects with what the network, TLS or the server says. */
  static async open({ url, startTls, ca }: LdapServer, signal: AbortSignal): Promise<LdapLink> {
    // Loaded by the first login that needs it.
    const { Client } = await import('ldapts');
    const { hostname, port, protocol } = new URL(url);
    const tls = protocol === 'ldaps:';
    const host = hostname.replace(/^\[|\]$/g, '');
    const usual = tls ? 636 : 389;
    const at = { host, port: port === '' ? usual : Number(port), tls, ca, limit: largest, signal };
    const sockets = await LibrarySockets.dial(at);
    const { connect: createConnection, secure: createSecureConnection } = sockets;
    const client = new Client({ url: `${protocol}//${hostname}`, createConnection, createSecureConnection });
    const link = new LdapLink(client, sockets);
    if (startTls) await link.#during(signal, () => client.startTLS());
    return link;
  }

  get usable(): boolean {
    return this.#sockets.open;
  }

  /** Undefined: the name and the password are right; otherwise what the server says about them. */
  async bind(dn: string, password: string, signal: AbortSignal): Promise<string | undefined> {
    // An empty password is no password: the server would let anybody in as nobody (RFC 4513 §5.1.2).
    if (password === '' || dn === '') return 'an empty password';
    try {
      await this.#during(signal, () => this.#client.bind(dn, password));
      return undefined;
    } catch (error) {
      if (error instanceof Error && refusals.has(codeOf(error) ?? -1)) return reasonOf(error);
      throw error;
    }
  }

  async search(
    { base, scope, filter, attributes, most }: LdapSearch,
    signal: AbortSignal,
  ): Promise<readonly LdapEntry[]> {
    const { searchEntries } = await this.#during(signal, () =>
      this.#client.search(base, { scope, filter, attributes: [...attributes], sizeLimit: most }),
    );
    return searchEntries.map(({ dn, ...values }) => ({
      dn,
      values: new Map(
        Object.entries(values).map(([name, value]) => [name.toLowerCase(), textsOf(value)] as const),
      ),
    }));
  }

  rest(): void {
    this.#sockets.rest();
  }

  wake(): void {
    this.#sockets.wake();
  }

  destroy(): void {
    this.#sockets.destroy('the connection was closed');
  }

  async #during<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    const stop = () => this.#sockets.destroy('no answer in time');
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
    try {
      return await work();
    } catch (error) {
      if (codeOf(error) === undefined) this.#sockets.destroy('the connection failed');
      throw error;
    } finally {
      signal.removeEventListener('abort', stop);
    }
  }
}

/** Result codes of a bind that are about the name or the password, and not about the server (RFC 4511 A.1). */
const refusals = new Set([19, 32, 34, 48, 49, 50, 53]);

/** The result code of an answer; undefined when there was none. */
export function codeOf(error: unknown): number | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'number' ? error.code : undefined;
}

/** An answer of the server in words: the library has them in the names of its errors, `NoSuchObjectError`. */
export function reasonOf(error: Error): string {
  const code = codeOf(error);
  if (code === undefined) return error.message;
  const words = error.name.replace(/Error$/, '').replace(/(?<=[a-z])(?=[A-Z])/g, ' ');
  return `${words.toLowerCase()} (${code})`;
}

function textsOf(value: unknown): readonly string[] {
  const all: readonly unknown[] = Array.isArray(value) ? value : [value];
  return all.map((each) => (Buffer.isBuffer(each) ? each.toString('utf8') : String(each)));
}
