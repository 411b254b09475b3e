import { LineReader, redact } from '@duoport/protocol';
import { emit, type Side, type Trace } from './trace.ts';

/** Tells a trace every line of a control connection, secrets redacted. */
export class ControlTrace {
  readonly #trace: Trace;
  readonly #client = new LineReader({ telnet: true });
  readonly #server = new LineReader();

  constructor(trace: Trace) {
    this.#trace = trace;
  }

  /** Bytes that the client sent. */
  client(chunk: Uint8Array): void {
    this.#tell('client', this.#client, chunk);
  }

  /** Bytes that the server sent. */
  server(chunk: Uint8Array): void {
    this.#tell('server', this.#server, chunk);
  }

  #tell(from: Side, reader: LineReader, chunk: Uint8Array): void {
    reader.push(chunk);
    for (let event = reader.next(); event !== undefined; event = reader.next()) {
      const text = event.kind === 'line' ? event.text : `${event.start}…`;
      emit(this.#trace, { kind: 'line', from, text: from === 'client' ? redact(text) : text });
    }
  }
}
