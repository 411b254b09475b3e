import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable, Writable } from 'node:stream';
import { type TestContext, test } from 'node:test';
import type { ByteSource } from '@duoport/net';
import { receiverFor } from '../src/receiver.ts';
import { senderFor } from '../src/sender.ts';

const bytes = (text: string) => new TextEncoder().encode(text);

async function folder(t: TestContext): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'duoport-client-'));
  t.after(() => rm(path, { recursive: true }));
  return path;
}

async function drain(source: ByteSource, offset = 0, block = 3): Promise<string> {
  let text = '';
  const into = new Uint8Array(block);
  for (;;) {
    const count = await source.read(into, offset + text.length);
    if (count === 0) return text;
    text += new TextDecoder().decode(into.subarray(0, count));
  }
}

test('a file as a source, from any position', async (t) => {
  const path = join(await folder(t), 'f');
  await writeFile(path, 'hello world');
  const sender = await senderFor(path);
  assert.equal(await drain(sender.from(0)), 'hello world');
  assert.equal(sender.from(6).size, 5);
  assert.equal(await drain(sender.from(6), 6), 'world');
  await sender.close();
});

test('a file that is not there, and a directory, are refused before anything is sent', async (t) => {
  const path = await folder(t);
  await assert.rejects(senderFor(join(path, 'none')), { code: 'FTP_LOCAL_PROTOCOL' });
  await assert.rejects(senderFor(path), { code: 'FTP_LOCAL_PROTOCOL' });
});

test('bytes, streams and iterables as sources', async () => {
  const chunks = async function* () {
    yield bytes('hello ');
    yield new Uint8Array(0);
    yield bytes('world');
  };
  const sources = [
    bytes('hello world'),
    Readable.from(chunks()),
    chunks(),
    new Blob(['hello world']).stream() as ReadableStream<Uint8Array>,
  ];
  for (const source of sources) {
    const sender = await senderFor(source);
    assert.equal(await drain(sender.from(0)), 'hello world');
    await sender.close();
  }
});

test('a stream that is not read to its end is destroyed', async () => {
  const stream = Readable.from([bytes('a'), bytes('b')]);
  const sender = await senderFor(stream);
  await sender.from(0).read(new Uint8Array(1), 0);
  await sender.close();
  assert.equal(stream.destroyed, true);
});

test('a file as a destination is made when the first byte is sure to come', async (t) => {
  const path = join(await folder(t), 'f');
  const receiver = receiverFor(path);
  await receiver.abandon(new Error('550'));
  await assert.rejects(readFile(path), { code: 'ENOENT' });
  const sink = await receiver.open(0);
  await sink.write([bytes('hel'), bytes('lo')], 0);
  await receiver.finish();
  assert.equal(await readFile(path, 'utf8'), 'hello');
});

test('a file that is continued keeps its beginning', async (t) => {
  const path = join(await folder(t), 'f');
  await writeFile(path, 'hello xxxxxxxxxx');
  const receiver = receiverFor(path);
  assert.equal(await receiver.held(), 16);
  const sink = await receiver.open(6);
  await sink.write([bytes('world')], 6);
  await receiver.finish();
  assert.equal(await readFile(path, 'utf8'), 'hello world');
});

test('streams as destinations are ended, get copies, and set the pace', async () => {
  const through = new PassThrough({ highWaterMark: 4 });
  const receiver = receiverFor(through);
  const sink = await receiver.open(0);
  const buffer = bytes('hello');
  const writing = sink.write([buffer], 0);
  buffer.fill(0);
  const reading = through.toArray();
  await writing;
  await receiver.finish();
  assert.equal(Buffer.concat(await reading).toString(), 'hello');
});

test('a stream that fails fails the download, and one that was left is destroyed', async () => {
  const broken = new Writable({
    highWaterMark: 1,
    write: (_chunk, _encoding, done) => done(new Error('pipe burst')),
  });
  const receiver = receiverFor(broken);
  const sink = await receiver.open(0);
  await assert.rejects(async () => await sink.write([bytes('hello')], 0), /burst|closed/);
  const left = new PassThrough();
  await receiverFor(left).abandon(new Error('426'));
  assert.equal(left.destroyed, true);
});

test('a web stream as a destination', async () => {
  const written: Uint8Array[] = [];
  const stream = new WritableStream<Uint8Array>({ write: (chunk) => void written.push(chunk) });
  const receiver = receiverFor(stream);
  const sink = await receiver.open(0);
  await sink.write([bytes('hel'), bytes('lo')], 0);
  await receiver.finish();
  assert.equal(Buffer.concat(written).toString(), 'hello');
});
