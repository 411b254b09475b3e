import { markOf } from './tls-mark.ts';

/** A chain of certificates is the longest of it. */
const longest = 128 * 1024;

const handshakeRecord = 22;
const serverHello = 2;
const newSessionTicket = 4;

/**
 * Reads what a server says in the clear, up to the end of its TLS 1.2 handshake: the id of the session and the name of the key of its
 * ticket (RFC 5246 §7.4.1.3, RFC 5077 §3.3), by which a later ClientHello that resumes it can be told. TLS 1.3 encrypts its tickets:
 * nothing is told of it. Bounded memory.
 */
export class ServerMarks {
  readonly #found: (mark: string) => void;
  #bytes: Buffer = Buffer.alloc(0);
  /** Handshake messages, out of their records. */
  #messages: Buffer = Buffer.alloc(0);
  /** Replies come first, the last of them the 234 to AUTH. */
  #isClear: boolean;

  constructor(found: (mark: string) => void, { isClear }: { readonly isClear: boolean }) {
    this.#found = found;
    this.#isClear = isClear;
  }

  /** False: there is nothing more to be learnt. */
  push(chunk: Uint8Array): boolean {
    this.#bytes = Buffer.concat([this.#bytes, chunk]);
    const goesOn = this.#read() && this.#bytes.length + this.#messages.length <= longest;
    if (!goesOn) this.#bytes = this.#messages = Buffer.alloc(0);
    return goesOn;
  }

  #read(): boolean {
    if (this.#isClear && !this.#skipReplies()) return true;
    for (;;) {
      const bytes = this.#bytes;
      const type = bytes[0];
      if (type !== undefined && type !== handshakeRecord) return false;
      if (bytes.length < 5) return true;
      const end = 5 + bytes.readUInt16BE(3);
      if (bytes.length < end) return true;
      this.#messages = Buffer.concat([this.#messages, bytes.subarray(5, end)]);
      this.#bytes = bytes.subarray(end);
      this.#readMessages();
    }
  }

  #skipReplies(): boolean {
    const end = /(?:^|\n)234 [^\n]*\n/.exec(this.#bytes.toString('latin1'));
    if (end === null) return false;
    this.#bytes = this.#bytes.subarray(end.index + end[0].length);
    this.#isClear = false;
    return true;
  }

  #readMessages(): void {
    for (;;) {
      const messages = this.#messages;
      if (messages.length < 4) return;
      const end = 4 + messages.readUIntBE(1, 3);
      if (messages.length < end) return;
      this.#tell(messages[0], messages.subarray(4, end));
      this.#messages = messages.subarray(end);
    }
  }

  #tell(type: number | undefined, body: Buffer): void {
    // Version and random; then a length of one byte and the session id.
    const length = body[34] ?? 0;
    if (type === serverHello && length > 0) this.#found(markOf('session', body.subarray(35, 35 + length)));
    // How long it holds, and its length; then the ticket, which begins with the name of its key.
    if (type === newSessionTicket && body.length >= 6 + 16)
      this.#found(markOf('ticket', body.subarray(6, 6 + 16)));
  }
}
