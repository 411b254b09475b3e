import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ServerMarks } from './server-marks.ts';

function fill(byte: number, length: number): number[] {
  return new Array<number>(length).fill(byte);
}

function message(type: number, body: readonly number[]): number[] {
  return [type, body.length >> 16, (body.length >> 8) & 0xff, body.length & 0xff, ...body];
}

function record(payload: readonly number[], type = 22): number[] {
  return [type, 3, 3, payload.length >> 8, payload.length & 0xff, ...payload];
}

const hello = message(2, [3, 3, ...fill(7, 32), 32, ...fill(5, 32), 0xc0, 0x2f, 0]);
const certificate = message(11, fill(9, 600));
const ticket = message(4, [0, 0, 1, 44, 0, 40, ...fill(6, 16), ...fill(8, 24)]);
const changed = record([1], 20);
const found = [`session:${'05'.repeat(32)}`, `ticket:${'06'.repeat(16)}`];

/** The marks, and whether it wanted more, of pieces of this size. */
function read(bytes: readonly number[], size: number, isClear = false) {
  const marks: string[] = [];
  const reader = new ServerMarks((mark) => marks.push(mark), { isClear });
  let goesOn = true;
  for (let at = 0; at < bytes.length && goesOn; at += size)
    goesOn = reader.push(Uint8Array.from(bytes.slice(at, at + size)));
  return { marks, goesOn };
}

test('the session and the ticket of a TLS 1.2 handshake, however it is cut', () => {
  const whole = [...hello, ...certificate, ...ticket];
  const cuts = [
    [...record(whole), ...changed],
    [...record(whole.slice(0, 50)), ...record(whole.slice(50, 500)), ...record(whole.slice(500)), ...changed],
  ];
  for (const bytes of cuts)
    for (const size of [1, 7, 5000]) assert.deepEqual(read(bytes, size), { marks: found, goesOn: false });
});

test('of an explicit server: after the 234, and a 234 within a line is none', () => {
  const said = [...Buffer.from('220 no 234 here\r\n234 go on\r\n')];
  const bytes = [...said, ...record([...hello, ...ticket]), ...changed];
  for (const size of [1, 9, 5000]) assert.deepEqual(read(bytes, size, true), { marks: found, goesOn: false });
});

test('hostile: what never ends, is no TLS or is cut short is given up within its limit', () => {
  assert.deepEqual(read([...Buffer.from('HTTP/1.1 400\r\n')], 5), { marks: [], goesOn: false });
  assert.deepEqual(read(record(message(2, [3, 3])), 99), { marks: [], goesOn: true });
  const endless = Array.from({ length: 30 }, () => record(fill(0, 16_000))).flat();
  assert.equal(read([...record([11, 0xff, 0xff, 0xff]), ...endless], 16_005).goesOn, false);
  assert.equal(read(fill(0x20, 200_000), 1000, true).goesOn, false);
});
