import type { TlsClient } from '@duoport/net';
import type { Endpoint } from '@duoport/protocol';
import type { DoctorOptions, Progress } from '../options.ts';
import type { Clock } from './clock.ts';
import type { Dialogue } from './dialogue.ts';
import type { Sight } from './sight.ts';

/** What every probe of one run shares. */
export interface Context {
  readonly options: DoctorOptions;
  readonly clock: Clock;
  readonly sight: Sight;
  /** Fires when the run must end, whatever goes on. */
  readonly signal: AbortSignal;
  /** Milliseconds that one connection without an answer is waited for. */
  readonly patience: number;
  /** Milliseconds that a reply is waited for. */
  readonly replyPatience: number;
  /** Every control connection that is open: closed at the end, on every path. */
  readonly dialogues: Set<Dialogue>;
  /** All addresses of this machine. */
  readonly machine: readonly string[];
  /** Every passive port that was announced. */
  readonly passivePorts: number[];
  /** How many hops away the server is, as far as that is known by then. */
  distance(within: number): Promise<number | undefined>;
  tell(progress: Progress): void;
}

/** How to get in, once that is known. */
export interface Access {
  /** Where the control connection goes. */
  readonly target: Endpoint;
  readonly host: string;
  readonly user: string;
  readonly password: string;
  readonly tls: Pick<TlsClient, 'session'>;
  readonly implicit: boolean;
  /** FEAT names SITE PROBE. */
  readonly probes: boolean;
  /** Folder to work in, as the URL has it. Empty: where the login lands. */
  readonly path: string;
}
