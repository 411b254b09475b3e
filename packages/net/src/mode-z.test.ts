import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { deflateSync, inflateSync } from 'node:zlib';
import type { ChunkTransform } from './bytes.ts';
import { deflateToWire, inflateFromWire } from './mode-z.ts';

const TEXT = Buffer.from('drwxr-xr-x 2 owner group 4096 Nov 20 07:00 folder\r\n'.repeat(4));

describe('MODE Z', () => {
  it('inflates what another zlib deflated, cut at every byte', async () => {
    const wire = deflateSync(TEXT);
    for (let at = 0; at <= wire.length; at += 1) {
      const output = await run(inflateFromWire(), [wire.subarray(0, at), wire.subarray(at)]);
      assert.deepEqual(output, TEXT, `cut at ${at}`);
    }
    const single = Array.from(wire, (byte) => Uint8Array.of(byte));
    assert.deepEqual(await run(inflateFromWire(), single), TEXT);
  });

  it('deflates what another zlib inflates', async () => {
    for (const level of [undefined, 1, 9]) {
      const wire = await run(deflateToWire(level), [TEXT.subarray(0, 10), TEXT.subarray(10)]);
      assert.deepEqual(inflateSync(wire), TEXT);
    }
  });

  it('an empty file is an empty stream', async () => {
    const wire = await run(deflateToWire(), []);
    assert.ok(wire.length > 0);
    assert.equal((await run(inflateFromWire(), [wire])).length, 0);
  });

  it('a stream that stops early is no file, wherever it stops', async () => {
    const wire = deflateSync(TEXT);
    for (let at = 0; at < wire.length; at += 1) {
      const running = run(inflateFromWire(), [wire.subarray(0, at)]);
      // Nothing at all is what a peer sends that gave up before its first byte.
      if (at === 0) assert.equal((await running).length, 0);
      else await assert.rejects(running, { code: 'FTP_TRANSFER', direction: 'receive' }, `stopped at ${at}`);
    }
  });

  it('garbage is an error, and so are bytes after the end', async () => {
    await assert.rejects(run(inflateFromWire(), [Buffer.from('USER anonymous\r\n')]), {
      code: 'FTP_TRANSFER',
    });
    const wire = deflateSync(TEXT);
    await assert.rejects(
      run(inflateFromWire(), [Buffer.concat([wire, Buffer.from('more')])]),
      /bytes follow the end/,
    );
    await assert.rejects(run(inflateFromWire(), [wire, Buffer.from('more')]), /bytes follow the end/);
  });

  it('a zip bomb stops at the limit and never fills the memory', async () => {
    const bomb = deflateSync(Buffer.alloc(64 * 1024 * 1024), { level: 9 });
    let bytes = 0;
    let largest = 0;
    const count = (piece: Uint8Array) => {
      bytes += piece.length;
      largest = Math.max(largest, piece.length);
    };
    await assert.rejects(run(inflateFromWire({ maxBytes: 1_000_000 }), [bomb], count), {
      code: 'FTP_LIMIT',
      value: 1_000_000,
    });
    assert.ok(bytes <= 1_000_000);
    assert.ok(largest <= 256 * 1024, `a piece of ${largest}`);
  });
});

async function run(
  transform: ChunkTransform,
  chunks: readonly Uint8Array[],
  see: (piece: Uint8Array) => void = () => {},
): Promise<Buffer> {
  const parts: Buffer[] = [];
  const emit = async (output: Uint8Array) => {
    see(output);
    await new Promise((resolve) => setImmediate(resolve));
    parts.push(Buffer.from(output));
  };
  try {
    for (const chunk of chunks) await transform.push(chunk, emit);
    await transform.end(emit);
  } finally {
    transform.close();
  }
  return Buffer.concat(parts);
}
