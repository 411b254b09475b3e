import type { Readable, Writable } from 'node:stream';
import type { ByteSink, ByteSource, DataVerb, PassiveAddressPolicy, PortRange, Trace } from '@duoport/net';
import type { Endpoint, Reply } from '@duoport/protocol';
import type { HostMemory } from './host-memory.ts';

/**
 * Who dials the data connection: the client (passive), the server (active), or passive first and then active
 * (auto).
 */
export type DataMode = 'auto' | 'passive' | 'active';

/** TLS on the control connection: AUTH TLS after the greeting, TLS from the first byte, or none. */
export type TlsMode = 'explicit' | 'implicit' | 'none';

export type TlsVersion = 'TLSv1.2' | 'TLSv1.3';

/** All in milliseconds. A missing one takes its default from `defaultTimeouts`. */
export interface Timeouts {
  /** TCP connect (and TLS handshake) of the control connection. */
  readonly connect?: number;
  /** From a command to its reply. */
  readonly reply?: number;
  /** Until the data connection is open: connect in passive mode, accept in active mode. */
  readonly dataOpen?: number;
  /** Without one byte moving on an open data connection. */
  readonly stall?: number;
  /** After the final reply, or after our last byte: until the data connection is closed by both. */
  readonly dataEnd?: number;
  /** After the data connection has closed: until the final reply (the "lost 226"). */
  readonly finalReply?: number;
  /** After ABOR: until the connection is in step again. It is closed otherwise. */
  readonly abort?: number;
}

export interface TlsOptions {
  /**
   * Not given: on `ftp://` AUTH TLS is tried and plain FTP used where the server has none; on `ftps://` TLS
   * is required (implicit on port 990, else explicit). Given as `explicit` or `implicit`, TLS is required.
   */
  readonly tls?: TlsMode;
  /** PROT P (default) or PROT C, when the control connection has TLS. */
  readonly dataProtection?: 'private' | 'clear';
  /** Certificates to trust in place of the system's, PEM. */
  readonly ca?: string | readonly string[];
  /** The client's certificate and key, PEM. */
  readonly cert?: string;
  readonly key?: string;
  /**
   * SHA-256 of the server's certificate, hex with or without colons. It is then trusted whoever signed it,
   * and no other is.
   */
  readonly fingerprint?: string;
  /** Accept any certificate. */
  readonly insecure?: boolean;
  /** Name to verify (and to send as SNI) in place of the host of the URL. */
  readonly servername?: string;
  readonly minVersion?: TlsVersion;
  readonly maxVersion?: TlsVersion;
  /**
   * Must the TLS session of a data connection be a resumption of the control connection's? `require` fails
   * the transfer, `prefer` (default) notes it in the trace, `off` does not offer the session.
   */
  readonly binding?: 'require' | 'prefer' | 'off';
  /**
   * A data connection that ends without close_notify may have been cut short. `strict` (default) fails unless
   * the size of the file is known and all of it came; `lenient` accepts it: for servers that never say
   * goodbye.
   */
  readonly truncation?: 'strict' | 'lenient';
}

export interface ConnectOptions extends TlsOptions {
  /** In place of the user info of the URL. Default: anonymous. */
  readonly user?: string;
  readonly password?: string;
  /** Answer to a 332 (ACCT). */
  readonly account?: string;
  /** Default: `auto`. */
  readonly mode?: DataMode;
  /** Pins one verb exactly; nothing else is tried. Overrides `mode`. */
  readonly dataVerb?: DataVerb;
  /** Active mode: local ports to listen on. Default: any free one. */
  readonly portRange?: PortRange;
  /** Local address of both connections. */
  readonly bindAddress?: string;
  /** Active mode: the address to announce in PORT and EPRT when it is not the local one (NAT). */
  readonly externalAddress?: string;
  /** Active mode: who may dial in: the control connection's peer exactly (default), or anybody. */
  readonly activePeer?: 'control' | 'any';
  /** Default: `control`. */
  readonly passiveAddress?: PassiveAddressPolicy;
  /** What works with which host. Default: one bounded memory of this process. */
  readonly memory?: HostMemory;
  readonly timeouts?: Timeouts;
  /** Aborts connecting and logging in; afterwards it closes the client. */
  readonly signal?: AbortSignal;
  /** Every line and every connection event as it happens. */
  readonly trace?: Trace;
  /** How many trace events `ftp.transcript` keeps. Default 1000. */
  readonly transcriptEvents?: number;
  /** Sent as CLNT when the server has that. Default: nothing is sent. */
  readonly clientName?: string;
}

export interface CallOptions {
  /** A call that has not begun leaves the queue; a running transfer is aborted (ABOR). */
  readonly signal?: AbortSignal;
}

/** How far a transfer is. All in bytes. */
export interface Progress {
  /** Moved by this transfer. */
  readonly bytes: number;
  /** Where in the file it began. */
  readonly offset: number;
  /** Size of the whole file, when known. */
  readonly total: number | undefined;
}

export interface TransferOptions extends CallOptions {
  /** `binary` (TYPE I, default) moves bytes as they are; `ascii` (TYPE A) converts line ends. */
  readonly type?: 'binary' | 'ascii';
  /** Begin at this byte of the file (REST). */
  readonly offset?: number;
  readonly onProgress?: (progress: Progress) => void;
}

export interface GetOptions extends TransferOptions {
  /** Destination is a local path: keep what is there and fetch the rest. */
  readonly resume?: boolean;
}

export interface PutOptions extends TransferOptions {
  /**
   * Ask for the size of the remote file and send the rest. The source must be a local path, bytes, or a
   * ByteSource.
   */
  readonly resume?: boolean;
}

export interface ListOptions extends CallOptions {
  /** Default: MLSD where the server has it, else LIST. */
  readonly verb?: 'MLSD' | 'LIST' | 'NLST';
  /** Sends `LIST -a`. Default false: several servers take `-a` for a name. */
  readonly all?: boolean;
  /** Entries at most; a listing that goes on is FTP_LIMIT. Default: `limits.listingEntries`. */
  readonly maxEntries?: number;
  /** Minutes that the clock of the server is ahead of UTC, for times of LIST. Default 0. */
  readonly timeZone?: number;
}

export interface MakeDirectoryOptions extends CallOptions {
  /** Make missing directories above it, and do not mind when it exists. */
  readonly parents?: boolean;
}

/** What a finished transfer was like. */
export interface TransferResult {
  /** Bytes that this transfer moved over the data connection. */
  readonly bytes: number;
  /** Where in the file it began. */
  readonly offset: number;
  readonly mode: 'passive' | 'active';
  readonly dataVerb: DataVerb;
  readonly secure: boolean;
  /** The TLS session of the data connection resumed the control connection's. */
  readonly reused: boolean;
  /** Milliseconds from the command to the final reply. */
  readonly duration: number;
  /** The final reply. */
  readonly reply: Reply;
  /** The name that the server gave (STOU), when it said one. */
  readonly path: string | undefined;
  readonly from: Endpoint;
  readonly to: Endpoint;
}

/** Where a download goes: a local path, a Node or web stream, or a sink of `@duoport/net`. */
export type Destination = string | Writable | WritableStream<Uint8Array> | ByteSink;

/**
 * Where an upload comes from: a local path, bytes, a Node or web stream, an iterable of chunks, or a source
 * of `@duoport/net`.
 */
export type Source =
  | string
  | Uint8Array
  | Readable
  | ReadableStream<Uint8Array>
  | AsyncIterable<Uint8Array>
  | ByteSource;

export interface HashResult {
  /** As the server names it: `SHA-256`, `MD5`, `CRC32` … */
  readonly algorithm: string;
  /** Lower-case hex. */
  readonly digest: string;
}
