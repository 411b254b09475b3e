import assert from 'node:assert/strict';
import { Duplex } from 'node:stream';
import { test } from 'node:test';
import { connect } from 'node:tls';
import { everyCut } from '@duoport/testkit';
import { type ClientHello, type ClientHelloRead, ClientHelloReader } from './client-hello.ts';

/** A length of `size` bytes before the bytes. */
function vector(size: number, bytes: readonly number[]): number[] {
  const length = Array.from({ length: size }, (_, at) => (bytes.length >> (8 * (size - 1 - at))) & 0xff);
  return [...length, ...bytes];
}

function extension(type: number, data: readonly number[]): number[] {
  return [type >> 8, type & 0xff, ...vector(2, data)];
}

function fill(byte: number, length: number): number[] {
  return new Array<number>(length).fill(byte);
}

interface Parts {
  readonly sessionId?: readonly number[];
  /** Undefined: no extensions at all. */
  readonly extensions?: readonly number[] | undefined;
}

function message({ sessionId = [], extensions }: Parts): number[] {
  const body = [
    ...[3, 3, ...fill(7, 32)],
    ...vector(1, sessionId),
    ...vector(2, [0x13, 0x01, 0xc0, 0x2f]),
    ...vector(1, [0]),
    ...(extensions === undefined ? [] : vector(2, extensions)),
  ];
  return [1, ...vector(3, body)];
}

function record(payload: readonly number[], type = 22): number[] {
  return [type, 3, 1, ...vector(2, payload)];
}

/** The verdict, the same however the bytes are cut. */
function read(bytes: readonly number[] | Uint8Array): ClientHelloRead {
  const [verdict] = everyCut(Uint8Array.from(bytes), () => {
    const reader = new ClientHelloReader();
    let latest: ClientHelloRead = { kind: 'more' };
    let told = false;
    return {
      push: (chunk) => {
        latest = reader.push(chunk);
      },
      next: () => {
        if (told || latest.kind === 'more') return undefined;
        told = true;
        return latest;
      },
    };
  });
  return verdict ?? { kind: 'more' };
}

function helloOf(bytes: readonly number[] | Uint8Array): ClientHello {
  const verdict = read(bytes);
  return verdict.kind === 'hello' ? verdict.hello : assert.fail(verdict.kind);
}

const sni = extension(0, fill(9, 20));

test('a client that resumes nothing: no extensions, and an empty session_ticket', () => {
  const nothing = { sessionId: new Uint8Array(0), tickets: [], serverName: undefined, protocols: [] };
  assert.deepEqual(helloOf(record(message({}))), nothing);
  const offer = [...sni, ...extension(35, [])];
  assert.deepEqual(helloOf(record(message({ extensions: offer }))).tickets, []);
});

test('TLS 1.2: the ticket, and the session id of a client that takes no tickets', () => {
  const ticket = Array.from({ length: 180 }, (_, at) => at);
  const { tickets } = helloOf(record(message({ extensions: [...sni, ...extension(35, ticket)] })));
  assert.deepEqual(tickets, [Uint8Array.from(ticket)]);
  assert.deepEqual(
    helloOf(record(message({ sessionId: fill(5, 32) }))).sessionId,
    new Uint8Array(32).fill(5),
  );
});

test('ALPN: the protocols that it would speak, and none where the list is not well formed', () => {
  const names = (list: readonly number[]) =>
    helloOf(record(message({ extensions: extension(16, vector(2, list)) }))).protocols;
  const acme = [...Buffer.from('acme-tls/1')];
  assert.deepEqual(names([...vector(1, acme), ...vector(1, [0x68, 0x32])]), ['acme-tls/1', 'h2']);
  assert.deepEqual(names([...vector(1, acme), 9, 0x68]), []);
  assert.deepEqual(names([0]), []);
});

test('TLS 1.3: every identity of pre_shared_key', () => {
  const identities = [...vector(2, fill(1, 200)), ...fill(0, 4), ...vector(2, fill(2, 16)), ...fill(0, 4)];
  const offered = [...vector(2, identities), ...vector(2, vector(1, fill(3, 32)))];
  const { tickets } = helloOf(record(message({ extensions: [...sni, ...extension(41, offered)] })));
  assert.deepEqual(tickets, [new Uint8Array(200).fill(1), new Uint8Array(16).fill(2)]);
});

test('the name that the client asks for', () => {
  const named = (name: string, type = 0) =>
    helloOf(
      record(message({ extensions: extension(0, vector(2, [type, ...vector(2, [...Buffer.from(name)])])) })),
    ).serverName;
  assert.equal(named('Office.FTP.example.org'), 'office.ftp.example.org');
  assert.equal(named('office', 1), undefined);
  for (const made of ['', 'a b', 'a\r\nb', 'x'.repeat(256)]) assert.equal(named(made), undefined, made);
  assert.equal(helloOf(record(message({ extensions: sni }))).serverName, undefined);
});

test('a message in several records, and what comes behind it', () => {
  const whole = message({ extensions: [...sni, ...extension(35, fill(4, 100))] });
  const parts = [record(whole.slice(0, 1)), record(whole.slice(1, 60)), record(whole.slice(60))];
  assert.equal(helloOf([...parts.flat(), ...record([1], 20)]).tickets.length, 1);
});

test('what is no ClientHello is told at its first telling byte', () => {
  const others: readonly (readonly number[] | Uint8Array)[] = [
    Buffer.from('USER ann\r\n'),
    Buffer.from('GET / HTTP/1.1\r\n'),
    [0x80, 0x2e, 1, 0, 2],
    record(message({}), 23),
    [22, 2, 0],
    [22, 3, 1, 0, 0],
    [22, 3, 1, 0xff, 0xff],
    record([2, 0, 0, 1, 0]),
    record([1, 1, 0, 0]),
  ];
  for (const bytes of others) assert.equal(read(bytes).kind, 'other', Buffer.from(bytes).toString('latin1'));
});

test('hostile: lengths that point outside are no ClientHello', () => {
  const bodies = [
    message({ sessionId: fill(1, 33) }),
    message({ extensions: [0, 35, 0, 9, 1] }),
    message({ extensions: extension(41, [0, 9, 1]) }),
    message({ extensions: extension(41, vector(2, [0, 1, 7, 0])) }),
    [1, ...vector(3, [3, 3])],
  ];
  for (const body of bodies) assert.equal(read(record(body)).kind, 'other');
  const whole = message({ extensions: sni });
  for (let at = 4; at < whole.length; at += 1) {
    const bent = whole.map((byte, index) => (index === at ? byte ^ 0xff : byte));
    new ClientHelloReader().push(Uint8Array.from(record(bent)));
  }
});

test('hostile: a message that never ends is given up within its limit', () => {
  const reader = new ClientHelloReader();
  assert.equal(reader.push(Uint8Array.from(record([1, 0, 0x40, 0]))).kind, 'more');
  let records = 0;
  while (reader.push(Uint8Array.from(record(fill(0, 16)))).kind === 'more') records += 1;
  assert.ok(records <= 1024, String(records));
});

test('what OpenSSL sends', async () => {
  const first = await new Promise<Uint8Array>((resolve) => {
    const wire = new Duplex({
      read: () => {},
      write: (chunk: Uint8Array) => resolve(chunk),
    });
    connect({ socket: wire }).on('error', () => {});
  });
  const { sessionId, tickets } = helloOf(first);
  assert.equal(sessionId.length, 32);
  assert.deepEqual(tickets, []);
});
