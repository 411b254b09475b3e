import { errorCode, halfOpenPeers, plainAddress } from '@duoport/net';
import {
  type Endpoint,
  FtpConnectionError,
  FtpTimeoutError,
  type ProbeArrival,
  type ProbeDial,
} from '@duoport/protocol';

/** How a data connection failed to come about. */
export type DataProblem =
  | 'never-came'
  /** Its SYN arrived, and what we answered did not: the way back is shut. */
  | 'half-open'
  | 'wrong-address'
  /** PORT named another machine than the one that sent it: nothing was dialled. */
  | 'illegal-address'
  | 'refused'
  | 'rejected'
  | 'no-answer';

/** A data connection that was agreed on and could not be opened. */
export interface DataFailure {
  readonly mode: 'passive' | 'active';
  readonly problem: DataProblem;
  /** Passive: where it was listened. Active: where it was dialled from; port 0 is one of the system's. */
  readonly local: Endpoint;
  /** Passive: who was expected, or who came instead. Active: who was dialled. */
  readonly remote: Endpoint;
  /** Passive: where the client was told to dial. */
  readonly advertised: Endpoint | undefined;
  /** Milliseconds. */
  readonly waited: number;
}

/** What was agreed on, and who came instead. */
export interface Agreed {
  readonly mode: 'passive' | 'active';
  readonly local: Endpoint;
  readonly remote: Endpoint;
  readonly advertised?: Endpoint | undefined;
  stranger?: Endpoint;
}

/**
 * What has become of the data connection that one session agreed on last, until the next one: SITE PROBE tells it to a
 * client that asks, and the log gets it when it failed.
 */
export class DataStory {
  /** The text of the last 227 or 229, and the argument of the last PORT or EPRT. */
  sent: string | undefined;
  received: string | undefined;
  #agreed: Agreed | undefined;
  #dial: ProbeDial = 'none';
  #accepted = false;

  get agreed(): Agreed | undefined {
    return this.#agreed;
  }

  agree(agreed: Agreed): void {
    this.#agreed = agreed;
    this.#dial = 'none';
    this.#accepted = false;
  }

  stranger(peer: Endpoint): void {
    if (this.#agreed !== undefined) this.#agreed.stranger = peer;
  }

  opening(): void {
    if (this.#agreed?.mode === 'active') this.#dial = 'dialling';
  }

  opened(): void {
    if (this.#agreed?.mode === 'active') this.#dial = 'open';
    this.#accepted = true;
  }

  /** Undefined: it was not the network that failed. */
  async failed(error: unknown, waited: number): Promise<DataFailure | undefined> {
    const agreed = this.#agreed;
    if (agreed === undefined) return undefined;
    const problem = agreed.mode === 'active' ? this.#undialled(error) : await this.#unaccepted(error);
    return problem && failureOf(agreed, problem, waited);
  }

  /** The client gave a passive data connection up before it sent a command for it. */
  async abandoned(waited: number): Promise<DataFailure | undefined> {
    const agreed = this.#agreed;
    if (agreed === undefined) return undefined;
    return failureOf(agreed, await unreached(agreed), waited);
  }

  get dial(): ProbeDial | undefined {
    return this.#agreed?.mode === 'active' ? this.#dial : undefined;
  }

  async arrival(): Promise<ProbeArrival | undefined> {
    if (this.#agreed?.mode !== 'passive') return undefined;
    if (this.#accepted) return 'accepted';
    if (this.#agreed.stranger !== undefined) return 'stranger';
    return (await isHalfOpen(this.#agreed)) ? 'half-open' : 'none';
  }

  #undialled(error: unknown): DataProblem | undefined {
    if (error instanceof FtpTimeoutError) {
      this.#dial = 'timed-out';
      return 'no-answer';
    }
    if (!(error instanceof FtpConnectionError) || error.phase !== 'connect') return undefined;
    const isRefused = errorCode(error.cause) === 'ECONNREFUSED';
    this.#dial = isRefused ? 'refused' : 'rejected';
    return this.#dial;
  }

  async #unaccepted(error: unknown): Promise<DataProblem | undefined> {
    if (!(error instanceof FtpTimeoutError) || this.#agreed === undefined) return undefined;
    return unreached(this.#agreed);
  }
}

async function unreached(agreed: Agreed): Promise<DataProblem> {
  if (agreed.stranger !== undefined) return 'wrong-address';
  return (await isHalfOpen(agreed)) ? 'half-open' : 'never-came';
}

async function isHalfOpen({ local, remote }: Agreed): Promise<boolean> {
  const address = plainAddress(remote.address);
  const peers = await halfOpenPeers(local.port);
  return peers.some((peer) => peer.address === address);
}

function failureOf(
  { mode, local, remote, advertised, stranger }: Agreed,
  problem: DataProblem,
  waited: number,
): DataFailure {
  const who = problem === 'wrong-address' ? (stranger ?? remote) : remote;
  return { mode, problem, local, remote: who, advertised, waited };
}
