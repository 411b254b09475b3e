import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Cell } from './cell.ts';
import { linesOf as curlLines } from './curl.ts';
import { judgeDialogue } from './dialogue.ts';
import { linesOf as lftpLines } from './lftp.ts';

// Printed by curl 7.88.1 and lftp 4.9.2 in networks of the lab; times and addresses as they were.
const pasv: Cell = { verb: 'PASV', secure: false };
const epsv: Cell = { verb: 'EPSV', secure: false };
const port: Cell = { verb: 'PORT', secure: false };

function curl(text: string, cell: Cell) {
  return judgeDialogue(curlLines({ stderr: text }), cell);
}

test('curl: a passive port that is silent', () => {
  const verdict = curl(
    `10:19:47.969579 > PASV
10:19:47.969587 * Connect data stream passively
10:19:47.969670 < 227 Entering Passive Mode (10,9,1,2,156,70).
10:19:47.969769 *   Trying 10.9.1.2:40006...
10:19:50.967315 * ipv4 connect timeout after 2998ms, move on!
10:19:50.967443 * Failed to connect to 10.9.1.2 port 21 after 3000 ms: Couldn't connect to server
curl: (28) Failed to connect to 10.9.1.2 port 21 after 3000 ms: Couldn't connect to server`,
    pasv,
  );
  assert.deepEqual([verdict?.step, verdict?.how], ['connect', 'silent']);
});

test('curl: a PASV of its own accord after EPSV does not save the cell of EPSV', () => {
  const text = `10:19:53.022926 > EPSV
10:19:53.023036 < 229 Entering Extended Passive Mode (|||40007|)
10:19:53.023125 * connect to 10.9.1.2 port 40007 failed: Connection refused
10:19:53.023148 * Failed EPSV attempt. Disabling EPSV
10:19:53.023174 > PASV
10:19:53.023303 < 227 Entering Passive Mode (10,9,1,2,156,71).
10:19:53.023400 > LIST
10:19:53.023500 < 150 Here comes the directory listing.
10:19:53.023600 < 226 Directory send OK.`;
  const verdict = curl(text, epsv);
  assert.deepEqual([verdict?.step, verdict?.how], ['connect', 'refused']);
  const quiet = curl(text.replace(/^.*refused.*\n/m, ''), epsv);
  assert.notEqual(quiet, undefined, 'even when it says nothing about why');
});

test('curl: the same 425 is silence after three seconds, and refusal at once', () => {
  const text = (end: string): string => `10:19:53.134347 > PORT 10,9,1,1,168,175
10:19:53.134366 * sa_addr inet_ntop() failed with errno 97: Address family not supported by protocol
10:19:53.134438 < 200 PORT command successful. Consider using PASV.
10:19:53.134524 > LIST
${end} < 425 Failed to establish connection.
curl: (19) sa_addr inet_ntop() failed with errno 97: Address family not supported by protocol`;
  assert.equal(curl(text('10:19:56.138041'), port)?.how, 'silent');
  assert.equal(curl(text('10:19:54.158041'), port)?.how, 'refused', 'an IPv6 reject takes a second');
  assert.deepEqual(curl(text('10:19:53.135'), port), {
    step: 'accept',
    how: 'refused',
    reply: 425,
    text: '425 Failed to establish connection.',
  });
});

test('curl: TLS that breaks on the data connection', () => {
  const verdict = curl(
    `10:34:14.986810 > PASV
10:34:14.987276 < 227 Entering Passive Mode (192,0,2,10,195,85).
10:34:14.989556 > LIST
10:34:14.989906 * OpenSSL SSL_connect: Connection reset by peer in connection to 10.0.0.10:21 `,
    { verb: 'PASV', secure: true },
  );
  assert.deepEqual([verdict?.step, verdict?.how], ['tls', 'closed']);
});

test('curl: all went well', () => {
  const verdict = curl(
    `10:19:35.543489 > PASV
10:19:35.543572 < 227 Entering Passive Mode (10,9,1,2,156,66).
10:19:35.543763 > LIST
10:19:35.543910 < 150 Here comes the directory listing.
10:19:35.544063 < 226 Directory send OK.`,
    pasv,
  );
  assert.equal(verdict, undefined);
});

test('curl: no control connection', () => {
  const refused = curl('10:00:00.1 * connect to 10.9.1.2 port 21 failed: Connection refused', pasv);
  assert.deepEqual([refused?.step, refused?.how], ['control', 'refused']);
  assert.equal(curl('', pasv)?.step, 'control');
});

test('lftp: PORT is answered with 500', () => {
  const stdout = `2026-11-20 10:20:26 ---> PORT 10,9,1,77,156,73
2026-11-20 10:20:26 <--- 500 Illegal PORT command.
2026-11-20 10:20:26 ---> LIST
2026-11-20 10:20:26 ---> ABOR
Fatal error: max-retries exceeded (500 Illegal PORT command.)`;
  const verdict = judgeDialogue(lftpLines({ stdout, stderr: '' }), { verb: 'PORT', secure: true });
  assert.deepEqual([verdict?.step, verdict?.how, verdict?.reply], ['command', 'reply', 500]);
});

test('lftp: the first 425 counts, it tries again by itself', () => {
  const stdout = `2026-11-20 10:20:15 ---> PORT 10,9,1,1,156,65
2026-11-20 10:20:15 <--- 200 PORT command successful. Consider using PASV.
2026-11-20 10:20:15 ---> LIST
2026-11-20 10:20:18 <--- 425 Failed to establish connection.
2026-11-20 10:20:18 ---- Closing data socket
2026-11-20 10:20:20 ---> PORT 10,9,1,1,156,73
2026-11-20 10:20:20 <--- 200 PORT command successful. Consider using PASV.
2026-11-20 10:20:20 ---> LIST
2026-11-20 10:20:20 <--- 425 Failed to establish connection.`;
  const verdict = judgeDialogue(lftpLines({ stdout, stderr: '' }), { verb: 'PORT', secure: true });
  assert.deepEqual([verdict?.step, verdict?.how], ['accept', 'silent']);
});

test('a client that takes another verb from the start has not done the cell', () => {
  const verdict = curl(
    '10:00:00.0 > EPSV\n10:00:00.1 < 229 Entering Extended Passive Mode (|||40007|)',
    pasv,
  );
  assert.deepEqual([verdict?.step, verdict?.how], ['command', 'garbage']);
});
