import { isFtpError } from '@duoport/protocol';
import type { TruncationPolicy } from './bytes.ts';
import type { DataConnectionFacts } from './data-connection.ts';
import type { TlsFacts } from './tls-settings.ts';
import { emit, otherSide, type Side, type Trace, type TraceFact } from './trace.ts';

/** Tells what happens on one data connection, and keeps its counts. Costs nothing when nobody listens. */
export class DataTrace {
  readonly #connection: DataConnectionFacts;
  readonly #side: Side;
  readonly #trace: Trace | undefined;
  #sent = 0;
  #received = 0;

  constructor(connection: DataConnectionFacts, side: Side, trace: Trace | undefined) {
    this.#connection = connection;
    this.#side = side;
    this.#trace = trace;
  }

  open(): void {
    const { name: connection, dialledBy: by, local, peer } = this.#connection;
    const ours = by === this.#side;
    this.#emit({ kind: 'open', connection, by, from: ours ? local : peer, to: ours ? peer : local });
  }

  tls({ protocol, cipher, reused }: TlsFacts): void {
    this.#emit({ kind: 'tls', connection: this.#connection.name, protocol, cipher, reused });
  }

  firstByte(sender: 'us' | 'peer'): void {
    this.#emit({ kind: 'first-byte', connection: this.#connection.name, from: this.#end(sender) });
  }

  fin(sender: 'us' | 'peer'): void {
    this.#emit({ kind: 'fin', connection: this.#connection.name, from: this.#end(sender) });
  }

  reset(): void {
    this.#emit({ kind: 'reset', connection: this.#connection.name, from: otherSide(this.#side) });
  }

  decision(what: string, chosen: string, because: string): void {
    this.#emit({ kind: 'decision', connection: this.#connection.name, what, chosen, because });
  }

  /** A TLS stream that ended without close_notify. */
  truncated(bytes: number, policy: TruncationPolicy | undefined): void {
    this.decision(
      'TLS stream without close_notify',
      policy === 'lenient' ? 'taken as complete' : 'refused as cut short',
      `the peer sent its FIN after ${bytes} bytes without ending TLS`,
    );
  }

  moved(direction: 'send' | 'receive', bytes: number): void {
    if (direction === 'send') this.#sent = bytes;
    else this.#received = bytes;
  }

  failed(phase: string, error: unknown): void {
    if (isFtpError(error) && error.code === 'FTP_TRANSFER') this.moved(error.direction, error.bytes);
    const text = error instanceof Error ? error.message : String(error);
    this.#emit({ kind: 'failed', connection: this.#connection.name, phase, error: text });
  }

  closed(): void {
    const { name: connection } = this.#connection;
    const by = this.#side;
    this.#emit({ kind: 'closed', connection, by, sent: this.#sent, received: this.#received });
  }

  #end(sender: 'us' | 'peer'): Side {
    return sender === 'us' ? this.#side : otherSide(this.#side);
  }

  #emit(fact: TraceFact): void {
    if (this.#trace) emit(this.#trace, fact);
  }
}
