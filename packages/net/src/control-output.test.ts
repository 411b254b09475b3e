import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeText, limits } from '@duoport/protocol';
import type { ControlConnection } from './control-connection.ts';
import { ControlOutput } from './control-output.ts';

/** A control connection that writes down what is done to it. */
function recorder() {
  const done: string[] = [];
  let pending = 0;
  let whenFlushed: () => void = () => {};
  const unused = () => assert.fail('not for the output');
  const connection: ControlConnection = {
    peer: { address: '127.0.0.1', port: 1, family: 4 },
    local: { address: '127.0.0.1', port: 2, family: 4 },
    secure: false,
    tls: undefined,
    observe: unused,
    handle: unused,
    startTls: unused,
    stopTls: unused,
    release: unused,
    end: unused,
    destroy: unused,
    write: (bytes) => void done.push(Buffer.from(bytes).toString()),
    get pendingWrite() {
      return pending;
    },
    flushed: (callback) => {
      whenFlushed = callback;
    },
    pause: () => void done.push('(pause)'),
    resume: () => void done.push('(resume)'),
  };
  return {
    done,
    output: new ControlOutput(connection, undefined),
    unread: (bytes: number) => {
      pending = bytes;
    },
    read: () => {
      pending = 0;
      whenFlushed();
    },
  };
}

const [together, alone] = [{ alone: false }, { alone: true }];

test('replies leave together, but 227 and 229 in a segment of their own', () => {
  const { output, done } = recorder();
  for (const text of ['a', 'b']) output.send(encodeText(text), together);
  output.send(encodeText('227'), alone);
  for (const text of ['c', 'd']) output.send(encodeText(text), together);
  output.send(encodeText('229'), alone);
  output.settle();
  assert.deepEqual(done, ['ab', '227', 'cd', '229']);
});

test('a 150 may wait for the end of the turn, and leaves with the 226 that comes in it', async () => {
  const { output, done } = recorder();
  output.send(encodeText('150'), { alone: false, soon: true });
  output.settle();
  assert.deepEqual(done, []);
  output.send(encodeText('226'), together);
  output.settle();
  assert.deepEqual(done, ['150226']);
  output.send(encodeText('150'), { alone: false, soon: true });
  output.settle();
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(done, ['150226', '150']);
});

test('a client that does not read its replies is not read from until it has', () => {
  const { output, done, unread, read } = recorder();
  unread(100_000);
  output.regulate(0);
  assert.deepEqual(done, []);
  unread(1_000_000);
  output.regulate(0);
  output.regulate(0);
  assert.deepEqual(done, ['(pause)']);
  read();
  assert.deepEqual(done, ['(pause)', '(resume)']);
});

test('a client that pipelines without end is not read from until its turn has come', () => {
  const { output, done } = recorder();
  output.regulate(limits.pipelinedBytes);
  assert.deepEqual(done, []);
  output.regulate(limits.pipelinedBytes + 1);
  output.regulate(10);
  assert.deepEqual(done, ['(pause)', '(resume)']);
});
