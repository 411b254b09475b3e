import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import { createTerminal, type ProcessIo, type TerminalOptions } from './terminal.ts';
import { ProgressBar } from './transfer/progress.ts';

function terminal(
  options: TerminalOptions & { readonly tty?: boolean; readonly env?: ProcessIo['env'] } = {},
) {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const { signal } = new AbortController();
  const io: ProcessIo = {
    stdin: new PassThrough(),
    stdout,
    stderr: Object.assign(stderr, { isTTY: options.tty === true, columns: 0 }),
    env: options.env ?? {},
    interrupt: signal,
    terminate: signal,
  };
  // From Node 26 on, read() gives one chunk at a time.
  const text = (stream: PassThrough): string => {
    const chunks: unknown[] = [];
    for (let chunk = stream.read(); chunk !== null; chunk = stream.read()) chunks.push(chunk);
    return chunks.join('');
  };
  return { ...createTerminal(io, options), out: () => text(stdout), err: () => text(stderr) };
}

test('results go to stdout and talk to stderr; quiet keeps results and warnings', () => {
  const quiet = terminal({ quiet: true });
  quiet.result('result');
  quiet.object({ a: 1 });
  quiet.talk('talk');
  quiet.warn('warning');
  assert.equal(quiet.out(), 'result\n{"a":1}\n');
  assert.equal(quiet.err(), 'warning\n');
});

test('JSON with a C1 control in a name is the same JSON without one', () => {
  const { object, out } = terminal({ json: true });
  object({ name: 'a\u009b2J\u202eb\x1b' });
  const text = out();
  assert.match(text, /^[ -~]+\n$/);
  assert.deepEqual(JSON.parse(text), { name: 'a\u009b2J\u202eb\x1b' });
});

test('a line of talk goes above the progress bar, which is drawn again', () => {
  const { status, talk, clearStatus, err } = terminal({ tty: true });
  status('50%');
  talk('hello');
  clearStatus();
  assert.equal(err(), '\r50%\x1b[K\r\x1b[Khello\n50%\r\x1b[K');
});

test('when stderr is piped there is no progress bar', () => {
  const piped = terminal();
  const bar = new ProgressBar(piped, 'name', () => 'passive');
  bar.update({ bytes: 10, offset: 0, total: 100 });
  bar.end();
  assert.equal(piped.err(), '');
});

test('on a terminal there is one, and it is gone at the end', () => {
  const person = terminal({ tty: true, env: { LANG: 'C.UTF-8', COLUMNS: '90' } });
  const bar = new ProgressBar(person, 'name', () => 'active');
  bar.update({ bytes: 50, offset: 0, total: 100 });
  bar.end();
  assert.match(person.err(), /^\rname {3}50% ━+╌+ {2}50 B of 100 B .* active\x1b\[K\r\x1b\[K$/);
});

test('what the terminal can draw is what its locale says', () => {
  assert.equal(terminal({ env: { LANG: 'en_US.UTF-8' } }).unicode, process.platform !== 'win32');
  assert.equal(terminal({ env: { LANG: 'en_US.UTF-8', LC_ALL: 'C' } }).unicode, false);
  assert.equal(terminal({ env: {} }).unicode, false);
  assert.equal(terminal({ env: { COLUMNS: '72' } }).columns, 72);
  assert.equal(terminal({ env: { COLUMNS: 'wide' } }).columns, 100);
});
