import type { TlsFacts, TraceEvent } from '@duoport/net';
import type { Endpoint, Entry, Reply } from '@duoport/protocol';
import type {
  CallOptions,
  Destination,
  GetOptions,
  HashResult,
  ListOptions,
  MakeDirectoryOptions,
  PutOptions,
  Source,
  TransferOptions,
  TransferResult,
} from './options.ts';
import type { Target } from './url.ts';

/**
 * One logged-in control connection. Calls run one at a time, in the order in which they were made; a call
 * that is made while another one runs waits. Every method rejects with an `AnyFtpError`; after `FTP_REPLY`
 * and `FTP_LOCAL_PROTOCOL` the client is as usable as before, `closed` tells for the others. A call that was
 * given up rejects with the reason of its signal.
 *
 * Paths are sent as they are: relative to the current directory unless they begin with `/`. They are
 * byte-safe text (see `decodeText` of `@duoport/protocol`).
 */
export interface FtpClient extends AsyncDisposable {
  /** What `connect` was given. */
  readonly target: Target;
  /** The server's end of the control connection. */
  readonly peer: Endpoint;
  /** Undefined: the control connection is not encrypted. */
  readonly tls: TlsFacts | undefined;
  readonly greeting: Reply;
  /**
   * FEAT: name in upper case to its parameters, one for each line (`REST` → [`STREAM`]). Empty when the
   * server has no FEAT.
   */
  readonly features: ReadonlyMap<string, readonly string[]>;
  /** The last events of both connections, passwords removed. */
  readonly transcript: readonly TraceEvent[];
  /** No call can succeed any more. */
  readonly closed: boolean;

  /**
   * The entries of a directory, while they arrive (MLSD, or LIST). Without the entries for the directory
   * itself and its parent. Other calls may be made inside the loop: the listing does not wait for the loop.
   * Leaving the loop aborts it.
   */
  list(path?: string, options?: ListOptions): AsyncIterableIterator<Entry>;
  /** What the server tells of one name (MLST, or SIZE and MDTM, or LIST of its directory). */
  stat(path: string, options?: CallOptions): Promise<Entry>;
  /** SIZE in bytes, in TYPE I. */
  size(path: string, options?: CallOptions): Promise<number>;
  /** MDTM in ms since the epoch, UTC. */
  modified(path: string, options?: CallOptions): Promise<number>;

  /**
   * Downloads a file (RETR). Resolves when the data connection is closed *and* the server has said 2xx. A
   * file shorter than the server announced is FTP_TRANSFER. A stream is ended when the file is complete and
   * destroyed when not.
   */
  get(path: string, destination: Destination, options?: GetOptions): Promise<TransferResult>;
  /** Uploads (STOR). Resolves when the server has confirmed with 2xx that it has every byte. */
  put(source: Source, path: string, options?: PutOptions): Promise<TransferResult>;
  /** Adds to the end of a file (APPE). */
  append(source: Source, path: string, options?: TransferOptions): Promise<TransferResult>;
  /** Uploads under a name that the server chooses (STOU); see `path` of the result. */
  putUnique(source: Source, options?: TransferOptions): Promise<TransferResult>;
  /** Ends the running transfer with ABOR, whose call then rejects. Nothing happens when none runs. */
  abort(): Promise<void>;

  rename(from: string, to: string, options?: CallOptions): Promise<void>;
  remove(path: string, options?: CallOptions): Promise<void>;
  /** The full path of the directory, as the server tells it; else the given path. */
  makeDirectory(path: string, options?: MakeDirectoryOptions): Promise<string>;
  removeDirectory(path: string, options?: CallOptions): Promise<void>;
  /** SITE CHMOD. The mode is a number as in `0o644`. */
  chmod(path: string, mode: number, options?: CallOptions): Promise<void>;
  /** Sets the time of modification (ms since the epoch): MFMT, else MDTM with a time, else SITE UTIME. */
  touch(path: string, modified: number, options?: CallOptions): Promise<void>;
  /**
   * The server's digest of a file: HASH, else XSHA512, XSHA256, XSHA1, XMD5, XCRC. Without `algorithm`, the
   * strongest it has.
   */
  hash(path: string, options?: CallOptions & { readonly algorithm?: string }): Promise<HashResult>;

  /** The current directory. */
  pwd(options?: CallOptions): Promise<string>;
  cd(path: string, options?: CallOptions): Promise<void>;
  /**
   * Sends one command without a data connection and resolves with its final reply, whatever the code. Throws
   * FTP_LOCAL_PROTOCOL, with nothing sent, when a name has CR, LF or NUL in it or the verb would open a data
   * connection.
   */
  command(verb: string, argument?: string, options?: CallOptions): Promise<Reply>;
  /** Waits for the calls that were made, says QUIT and closes both connections. Never rejects. */
  close(): Promise<void>;
}
