import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { deflateSync } from 'node:zlib';
import {
  asciiToLocal,
  asciiToWire,
  type ChunkTransform,
  deflateToWire,
  inflateFromWire,
  PortPool,
} from '@duoport/net';
import { memorySink, memorySource, patternBytes } from '@duoport/testkit';
import { openPair } from './pair.ts';

const LINES = Buffer.from('A line of a text file, some words long\n'.repeat(60_000));

describe('a transfer that converts', () => {
  let pool: PortPool;

  before(() => {
    pool = new PortPool();
  });
  after(() => pool.close());

  async function move(bytes: Uint8Array, out: ChunkTransform | undefined, back: ChunkTransform | undefined) {
    const { client, server } = await openPair(pool);
    const sink = memorySink({ async: true });
    const [sent, received] = await Promise.all([
      server.send(memorySource(bytes), { transform: out }),
      client.receive(sink, { transform: back }),
    ]);
    return { sent, received, got: sink.bytes() };
  }

  it('text goes as lines with CRLF and comes back as it was', async () => {
    const { sent, received, got } = await move(LINES, asciiToWire(), asciiToLocal());
    assert.equal(Buffer.compare(got, LINES), 0);
    assert.equal(sent.bytes, LINES.length);
    assert.equal(sent.wireBytes, LINES.length + 60_000);
    assert.equal(received.wireBytes, sent.wireBytes);
    assert.equal(received.bytes, LINES.length);
  });

  it('small text is converted too', async () => {
    const { got, sent } = await move(Buffer.from('a\nb'), asciiToWire(), undefined);
    assert.equal(Buffer.from(got).toString(), 'a\r\nb');
    assert.deepEqual([sent.bytes, sent.wireBytes], [3, 4]);
  });

  it('MODE Z brings every byte, and fewer on the wire', async () => {
    for (const bytes of [new Uint8Array(0), LINES, patternBytes(3_000_000)]) {
      const { got, sent, received } = await move(bytes, deflateToWire(), inflateFromWire());
      assert.equal(Buffer.compare(got, bytes), 0);
      assert.equal(received.wireBytes, sent.wireBytes);
      if (bytes === LINES) assert.ok(sent.wireBytes < LINES.length / 10);
    }
  });

  it('a MODE Z upload that stops in the middle is no file', async () => {
    const wire = deflateSync(LINES).subarray(0, 2000);
    await assert.rejects(move(wire, undefined, inflateFromWire()), {
      code: 'FTP_TRANSFER',
      direction: 'receive',
    });
  });

  it('a zip bomb ends the upload at the limit', async () => {
    const bomb = deflateSync(Buffer.alloc(32 * 1024 * 1024));
    await assert.rejects(move(bomb, undefined, inflateFromWire({ maxBytes: 100_000 })), {
      code: 'FTP_LIMIT',
    });
  });
});
