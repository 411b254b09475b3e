import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { asciiToLocal, asciiToWire } from './ascii.ts';
import type { ChunkTransform } from './bytes.ts';

const TABLE: readonly (readonly [local: string, wire: string])[] = [
  ['', ''],
  ['no line', 'no line'],
  ['\n', '\r\n'],
  ['a\nb\n', 'a\r\nb\r\n'],
  ['\n\n\n', '\r\n\r\n\r\n'],
  ['bare\rcr\n', 'bare\rcr\r\n'],
  ['ends in cr\r', 'ends in cr\r'],
  ['a\r\rb', 'a\r\rb'],
];

describe('ASCII type', () => {
  for (const [local, wire] of TABLE) {
    it(`${JSON.stringify(local)} is ${JSON.stringify(wire)} on the wire, however it is cut`, async () => {
      assert.equal(await everyCut(local, asciiToWire), wire);
      assert.equal(await everyCut(wire, asciiToLocal), local);
    });
  }

  it('leaves CRLF that is there already', async () => {
    assert.equal(await everyCut('a\r\nb\r\r\nc\n', asciiToWire), 'a\r\nb\r\r\nc\r\n');
  });

  it('takes bare LF from the wire', async () => {
    assert.equal(await everyCut('a\nb\r\nc\r\r\nd', asciiToLocal), 'a\nb\nc\r\nd');
  });

  it('converts a megabyte in bounded pieces', async () => {
    const input = Buffer.from('line\n'.repeat(200_000));
    let largest = 0;
    const output = await run(asciiToWire(), [input], (piece) => {
      largest = Math.max(largest, piece.length);
    });
    assert.equal(output, 'line\r\n'.repeat(200_000));
    assert.ok(largest <= 128 * 1024);
  });
});

async function everyCut(input: string, make: () => ChunkTransform): Promise<string> {
  const bytes = Buffer.from(input, 'latin1');
  const whole = await run(make(), [bytes]);
  const single = Array.from(bytes, (byte) => Uint8Array.of(byte));
  assert.equal(await run(make(), single), whole, 'byte by byte');
  for (let at = 0; at <= bytes.length; at += 1) {
    assert.equal(await run(make(), [bytes.subarray(0, at), bytes.subarray(at)]), whole, `cut at ${at}`);
  }
  return whole;
}

async function run(
  transform: ChunkTransform,
  chunks: readonly Uint8Array[],
  see: (piece: Uint8Array) => void = () => {},
): Promise<string> {
  let text = '';
  const emit = (output: Uint8Array) => {
    see(output);
    text += Buffer.from(output).toString('latin1');
  };
  for (const chunk of chunks) {
    const memory = Uint8Array.from(chunk);
    await transform.push(memory, emit);
    // The input's memory is the kernel's again.
    memory.fill(0x7e);
  }
  await transform.end(emit);
  transform.close();
  return text;
}
