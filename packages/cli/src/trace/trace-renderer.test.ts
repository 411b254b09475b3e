import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import type { Side, TraceEvent, TraceFact } from '@duoport/net';
import { type Endpoint, endpoint } from '@duoport/protocol';
import { widthOf } from '../transfer/progress-line.ts';
import { renderTrace } from './trace-renderer.ts';

// DUOPORT_GOLDEN=write makes the golden files anew; look at the difference before it is committed.
function golden(name: string, lines: readonly string[]): void {
  const file = new URL(`golden/${name}.txt`, import.meta.url);
  const text = `${lines.join('\n')}\n`;
  if (process.env['DUOPORT_GOLDEN'] === 'write') writeFileSync(file, text);
  assert.equal(text, readFileSync(file, 'utf8'));
}

/** Facts get a time, 1.3 ms apart. */
function timed(facts: readonly TraceFact[]): readonly TraceEvent[] {
  return facts.map((fact, index) => ({ at: 1000 + index * 1.3, ...fact }));
}

const at = (port: number, address = '127.0.0.1'): Endpoint => endpoint(address, port);
const say = (from: Side, text: string): TraceFact => ({ kind: 'line', from, text });

const login: readonly TraceFact[] = [
  { kind: 'dial', connection: 'control', by: 'client', to: at(2121) },
  { kind: 'open', connection: 'control', by: 'client', from: at(40312), to: at(2121) },
  say('server', '220 duoport ready.'),
  say('client', 'USER u'),
  say('server', '331 Password, please.'),
  say('client', 'PASS ****'),
  say('server', '230 Welcome.'),
];

const bye: readonly TraceFact[] = [
  say('client', 'QUIT'),
  say('server', '221 Goodbye.'),
  { kind: 'fin', connection: 'control', from: 'server' },
  { kind: 'fin', connection: 'control', from: 'client' },
  { kind: 'closed', connection: 'control', by: 'client', sent: 80, received: 310 },
];

const passive: readonly TraceFact[] = [
  ...login,
  { kind: 'decision', what: 'mode', chosen: 'passive', because: 'it was asked for with --mode' },
  say('client', 'EPSV'),
  say('server', '229 Entering Extended Passive Mode (|||50017|)'),
  { kind: 'dial', connection: 'data-1', by: 'client', to: at(50017) },
  { kind: 'open', connection: 'data-1', by: 'client', from: at(40313), to: at(50017) },
  say('client', 'RETR folder/a rather long file name that has to be broken into more than one line.txt'),
  say('server', '150 Opening BINARY mode data connection, passive mode (1048576 bytes).'),
  { kind: 'first-byte', connection: 'data-1', from: 'server' },
  { kind: 'fin', connection: 'data-1', from: 'server' },
  { kind: 'fin', connection: 'data-1', from: 'client' },
  { kind: 'closed', connection: 'data-1', by: 'client', sent: 0, received: 1048576 },
  say('server', '226 Transfer complete.'),
  ...bye,
];

const activeTls: readonly TraceFact[] = [
  ...login,
  {
    kind: 'tls',
    connection: 'control',
    protocol: 'TLSv1.3',
    cipher: 'TLS_AES_256_GCM_SHA384',
    reused: false,
  },
  { kind: 'listen', connection: 'data-1', by: 'client', on: at(45000), advertised: at(45000, '203.0.113.7') },
  say('client', 'PORT 203,0,113,7,175,200'),
  say('server', '200 PORT command successful.'),
  say('client', 'STOR b.bin'),
  say('server', '150 Here we go.'),
  {
    kind: 'stray',
    connection: 'data-1',
    peer: at(9, '127.0.0.2'),
    because: 'it is not the peer of the control connection',
  },
  { kind: 'open', connection: 'data-1', by: 'server', from: at(20), to: at(45000) },
  { kind: 'tls', connection: 'data-1', protocol: 'TLSv1.3', cipher: 'TLS_AES_256_GCM_SHA384', reused: true },
  { kind: 'first-byte', connection: 'data-1', from: 'client' },
  { kind: 'fin', connection: 'data-1', from: 'client' },
  { kind: 'fin', connection: 'data-1', from: 'server' },
  { kind: 'closed', connection: 'data-1', by: 'client', sent: 1, received: 0 },
  say('server', '226 Transfer complete.'),
];

const refused: readonly TraceFact[] = [
  ...login,
  say('client', 'PASV'),
  say('server', '227 Entering Passive Mode (10,0,0,5,195,80).'),
  {
    kind: 'decision',
    connection: 'data-1',
    what: 'address',
    chosen: '127.0.0.1',
    because: '10.0.0.5 is private and the server is not',
  },
  {
    kind: 'dial',
    connection: 'data-1',
    by: 'client',
    to: at(50000),
    from: { address: '127.0.0.1', port: 0 },
  },
  { kind: 'failed', connection: 'data-1', phase: 'connect', error: 'ECONNREFUSED' },
  { kind: 'closed', connection: 'data-1', by: 'client', sent: 0, received: 0 },
  { kind: 'reset', connection: 'control', from: 'server' },
  { kind: 'closed', connection: 'control', by: 'client', sent: 60, received: 200 },
];

test('a download in passive mode', () => {
  golden('passive', renderTrace(timed(passive), { columns: 110, unicode: true }));
});

test('an upload in active mode over TLS, with a stray connection', () => {
  golden('active-tls', renderTrace(timed(activeTls), { columns: 110, unicode: true }));
});

test('a data connection that is refused', () => {
  golden('refused', renderTrace(timed(refused), { columns: 110, unicode: true }));
});

test('in ASCII on a narrow terminal', () => {
  const lines = renderTrace(timed(passive), { columns: 72, unicode: false });
  golden('passive-ascii-72', lines);
  assert.ok(lines.every((line) => /^[ -~]*$/.test(line)));
});

test('a reply of several lines is one step, also when its end never comes', () => {
  const feat = ['211-Features:', ' SIZE', ' 211 in the middle', '211 End'].map((text) => say('server', text));
  const draw = (facts: readonly TraceFact[]) =>
    renderTrace(timed(facts), { columns: 120, unicode: true }).slice(2);
  assert.deepEqual(
    draw([...feat, say('client', 'QUIT')]).map((line) => line.trim().replace(/ {2,}/g, '  ')),
    [
      '0.0  ◀───────────────  211-Features: | SIZE | 211 in the middle | 211 End',
      '5.2  QUIT  ───────────────▶',
    ],
  );
  assert.match(draw(feat.slice(0, 2)).join(''), /211-Features: \| SIZE$/);
  assert.match(
    draw([...feat.slice(0, 2), say('client', 'QUIT')]).join(''),
    /211-Features: \| SIZE *1\.3|SIZE.*QUIT/s,
  );
});

test('no line is wider than the terminal', () => {
  for (const columns of [64, 80, 100, 132, 160]) {
    for (const facts of [passive, activeTls, refused]) {
      for (const line of renderTrace(timed(facts), { columns, unicode: true }))
        assert.ok(widthOf(line) < columns, line);
    }
  }
});

test('a reply with terminal control sequences is drawn, not obeyed', () => {
  const lines = renderTrace(timed([say('server', '220 \x1b]0;owned\x07')]), { columns: 100, unicode: true });
  assert.ok(lines.every((line) => !line.includes('\x1b') && !line.includes('\x07')));
});
