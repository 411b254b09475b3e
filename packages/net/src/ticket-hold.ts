/**
 * Keeps the session tickets of TLS 1.3 back on a data connection that only receives. A client that uploads writes its
 * Finished, the file and close_notify, and closes: tickets that reach it afterwards make its kernel reset the connection and
 * throw away what it has not sent yet. Tickets are all that a receiving server has to say between the handshake and its own
 * close_notify, so whatever TLS writes once the client's Finished is here (RFC 8446 §5.1: the first record of type
 * application_data; in TLS 1.2 our own Finished is out by then) waits for the end.
 */
export class TicketHold {
  readonly #kept: Uint8Array[] = [];
  readonly #header = new Uint8Array(HEADER);
  #headerLength = 0;
  #payloadLeft = 0;
  #isHolding = false;

  get isHolding(): boolean {
    return this.#isHolding;
  }

  /** Bytes from the peer, before TLS gets them. */
  see(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length && !this.#isHolding; ) {
      if (this.#payloadLeft > 0) {
        const skipped = Math.min(this.#payloadLeft, bytes.length - at);
        this.#payloadLeft -= skipped;
        at += skipped;
        continue;
      }
      this.#header[this.#headerLength++] = bytes[at++] as number;
      if (this.#headerLength < HEADER) continue;
      this.#headerLength = 0;
      const [type = 0, , , high = 0, low = 0] = this.#header;
      this.#isHolding = type === APPLICATION_DATA;
      this.#payloadLeft = high * 256 + low;
    }
  }

  keep(bytes: Uint8Array): void {
    this.#kept.push(bytes);
  }

  takeKept(): readonly Uint8Array[] {
    return this.#kept.splice(0);
  }
}

const HEADER = 5;
const APPLICATION_DATA = 23;
