import type { PortRange } from '@duoport/net';
import type { DataVerb } from './report.ts';

/** Where a run of the doctor stands, for a line on the terminal. Strings of the server never come this way. */
export interface Progress {
  readonly step: 'name' | 'control' | 'attempt' | 'trace' | 'punch' | 'idle';
  /** One plain line: what is tried now. */
  readonly text: string;
  readonly verb?: DataVerb | undefined;
  readonly secure?: boolean | undefined;
}

/** Times in milliseconds. */
export interface DoctorOptions {
  /** `ftp://` or `ftps://`, with user and password when it is not anonymous. */
  readonly url: string;
  /** In place of the user info of the URL. No other password is ever tried. */
  readonly user?: string | undefined;
  readonly password?: string | undefined;
  /**
   * `none`: only in clear. `explicit`, `implicit`: only under TLS. Default: on `ftp://` both, as far as the server goes along;
   * on `ftps://` only under TLS (implicit on port 990).
   */
  readonly tls?: 'none' | 'explicit' | 'implicit' | undefined;
  /** Log in even when the certificate of an `ftps://` server cannot be trusted. */
  readonly insecure?: boolean | undefined;
  /** PEM of authorities to trust in place of the system's. */
  readonly ca?: string | readonly string[] | undefined;
  /** SHA-256 of the certificate to trust. */
  readonly fingerprint?: string | undefined;
  /** Data verbs to try. Default: all four. */
  readonly verbs?: readonly DataVerb[] | undefined;
  /** The whole run, `long` not counted. Default 60 s. */
  readonly budget?: number | undefined;
  /** How long a data connection that nobody answers is waited for. Default 4 s, less when the budget is small. */
  readonly patience?: number | undefined;
  /** Keep one control connection silent for so long and see whether it lives. */
  readonly long?: number | undefined;
  /** Store one small file with a name of its own and remove it again. */
  readonly write?: boolean | undefined;
  /** Passive mode: dial what a 227 names even when it lies in an inner network. This machine itself is never dialled. */
  readonly obeyPassiveAddress?: boolean | undefined;
  /** Active mode: ports to listen on. */
  readonly portRange?: PortRange | undefined;
  readonly bindAddress?: string | undefined;
  /** Active mode: the address to announce when it is not the local one. */
  readonly externalAddress?: string | undefined;
  /** The port that the server dials from in active mode, when it is known. Default 20, or what the server tells. */
  readonly sourcePort?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: Progress) => void) | undefined;
}
