import assert from 'node:assert/strict';

/** What takes bytes in pieces and gives out events: a LineReader, a ReplyReader, a listing reader. */
export interface Decoder<Event> {
  push(chunk: Uint8Array): void;
  /** The next event, or undefined when more bytes are needed. */
  next(): Event | undefined;
}

/** Bytes of a string of characters up to U+00FF, one byte each, so that a test can write `\xff\xf4`. */
export function bytesOf(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => {
    const unit = character.charCodeAt(0);
    if (unit > 255) throw new RangeError(`not a byte: ${JSON.stringify(character)}`);
    return unit;
  });
}

/**
 * Runs a decoder over the same bytes as TCP may cut them: whole, byte by byte, and in two at every place. The events
 * must be the same each time; they are returned. The memory of each chunk is overwritten once the decoder has asked
 * for more, as a reader with one reused buffer would do.
 */
export function everyCut<Event>(input: Uint8Array | string, open: () => Decoder<Event>): Event[] {
  const bytes = typeof input === 'string' ? bytesOf(input) : input;
  const whole = decodeChunks(open(), [bytes]);
  const single = Array.from(bytes, (byte) => Uint8Array.of(byte));
  assert.deepEqual(decodeChunks(open(), single), whole, 'byte by byte the events differ');
  for (let at = 1; at < bytes.length; at++) {
    const events = decodeChunks(open(), [bytes.subarray(0, at), bytes.subarray(at)]);
    assert.deepEqual(events, whole, `cut at byte ${at} the events differ`);
  }
  return whole;
}

/** All events of these chunks, in order. */
export function decodeChunks<Event>(decoder: Decoder<Event>, chunks: Iterable<Uint8Array>): Event[] {
  const events: Event[] = [];
  for (const chunk of chunks) {
    const memory = Uint8Array.from(chunk);
    decoder.push(memory);
    for (let event = decoder.next(); event !== undefined; event = decoder.next()) events.push(event);
    memory.fill(0xaa);
  }
  return events;
}
