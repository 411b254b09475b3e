import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ServerEffect } from './effects.ts';
import { reply } from './reply.ts';
import { ServerMachine } from './server-machine.ts';
import { decodeText, encodeText } from './text.ts';

/** A session in a test: commands in, the dialogue out; a command is settled with the code its verb usually gets. */
function dialogue(options: ConstructorParameters<typeof ServerMachine>[0] = {}) {
  const machine = new ServerMachine(options);
  const out: string[] = [];
  const held: { id: number; verb: string }[] = [];
  const codes: Record<string, number> = {
    USER: 331,
    PASS: 230,
    RNFR: 350,
    REST: 350,
    AUTH: 234,
    QUIT: 221,
    RETR: 226,
    REIN: 220,
  };
  let now = 0;
  const carryOut = (effect: ServerEffect) => {
    if (effect.kind === 'send') out.push(decodeText(effect.bytes).trimEnd());
    else if (effect.kind === 'run') {
      const { row, renameFrom, restart } = effect.run;
      const facts = [row.verb, renameFrom && `from ${renameFrom}`, restart && `at ${restart.argument}`];
      out.push(`run ${facts.filter(Boolean).join(' ')}`);
      if (row.transfer !== 'no' || row.verb === 'ABOR') held.push({ id: effect.id, verb: row.verb });
      else settle(effect.id, codes[row.verb] ?? 200);
    } else if (effect.kind !== 'wake') {
      out.push(effect.kind === 'close' ? `close: ${effect.reason}` : effect.kind);
    }
  };
  const drain = () => {
    for (let effect = machine.take(); effect !== undefined; effect = machine.take()) carryOut(effect);
    return out.splice(0);
  };
  const settle = (id: number, code: number) =>
    machine.settle(
      id,
      code < 200
        ? { kind: 'preliminary', reply: reply(code, 'ok') }
        : { kind: 'final', reply: reply(code, 'ok') },
      now,
    );
  machine.greet(reply(220, 'hello'), now);
  assert.deepEqual(drain(), ['220 hello']);
  return {
    machine,
    drain,
    say(text: string) {
      machine.receive(encodeText(text), now);
      return drain();
    },
    settle(verb: string, code: number) {
      const found = held.find((each) => each.verb === verb);
      assert.ok(found, `${verb} runs`);
      if (code >= 200) held.splice(held.indexOf(found), 1);
      settle(found.id, code);
      return drain();
    },
    wait(milliseconds: number) {
      now += milliseconds;
      machine.tick(now);
      return drain();
    },
    login() {
      this.say('USER a\r\nPASS b\r\n');
      return this;
    },
  };
}

test('a login goes USER, PASS, ready', () => {
  const talk = dialogue();
  assert.deepEqual(talk.say('PWD\r\n'), ['530 Please log in with USER and PASS.']);
  assert.deepEqual(talk.say('PASS x\r\n'), ['503 Log in with USER first.']);
  assert.deepEqual(talk.say('USER a\r\nPASS b\r\nPWD\r\n'), [
    'run USER',
    '331 ok',
    'run PASS',
    '230 ok',
    'run PWD',
    '200 ok',
  ]);
});

test('RNTO needs the RNFR just before it', () => {
  const talk = dialogue().login();
  assert.deepEqual(talk.say('RNTO b\r\n'), ['503 Send RNFR first.']);
  assert.deepEqual(talk.say('RNFR a\r\nRNTO b\r\n'), ['run RNFR', '350 ok', 'run RNTO from a', '200 ok']);
  assert.deepEqual(talk.say('RNFR a\r\nPWD\r\nRNTO b\r\n').at(-1), '503 Send RNFR first.');
});

test('REST stands for the next transfer only', () => {
  const talk = dialogue().login();
  talk.say('REST 10\r\nTYPE I\r\n');
  assert.deepEqual(talk.say('RETR f\r\n'), ['run RETR at 10']);
  talk.settle('RETR', 226);
  assert.deepEqual(talk.say('RETR f\r\n'), ['run RETR']);
});

test('beside a transfer NOOP, STAT and ABOR are answered, others wait, QUIT waits for the end', () => {
  const talk = dialogue().login();
  talk.say('RETR f\r\n');
  assert.deepEqual(talk.settle('RETR', 150), ['150 ok']);
  assert.deepEqual(talk.say('NOOP\r\n'), ['run NOOP', '200 ok']);
  assert.deepEqual(talk.say('PWD\r\nQUIT\r\n'), []);
  assert.deepEqual(talk.settle('RETR', 226), [
    '226 ok',
    'run PWD',
    '200 ok',
    'run QUIT',
    '221 ok',
    'close: QUIT 221',
  ]);
});

test('nothing overtakes the first reply of a transfer', () => {
  const talk = dialogue().login();
  assert.deepEqual(talk.say('RETR nothing\r\nNOOP\r\nABOR\r\n'), ['run RETR']);
  assert.deepEqual(talk.settle('RETR', 550), ['550 ok', 'run NOOP', '200 ok', 'run ABOR']);
});

test('ABOR ends a transfer that still waits for its data connection', () => {
  const talk = dialogue().login();
  const id = 3;
  assert.deepEqual(talk.say('RETR f\r\n'), ['run RETR']);
  talk.machine.settle(id, { kind: 'opening' }, 0);
  assert.deepEqual(talk.say('ABOR\r\n'), ['run ABOR']);
});

test('an urgent ABOR overtakes what waits, and is answered after the transfer it ended', () => {
  const talk = dialogue().login();
  talk.say('RETR f\r\n');
  talk.settle('RETR', 150);
  talk.say('PWD\r\n');
  talk.machine.receive(Uint8Array.of(0xff, 0xf4, 0xff, 0xf2), 0);
  assert.deepEqual(talk.say('ABOR\r\n'), ['run ABOR']);
  assert.deepEqual(talk.settle('RETR', 426), ['426 ok']);
  assert.deepEqual(talk.settle('ABOR', 226), ['226 ok', 'run PWD', '200 ok']);
});

test('pipelined plaintext after AUTH TLS ends the connection', () => {
  const talk = dialogue();
  assert.deepEqual(talk.say('AUTH TLS\r\nUSER a\r\n'), ['run AUTH', '234 ok', 'fail']);
  assert.deepEqual(talk.say('PASS b\r\n'), []);
});

test('AUTH TLS throws an earlier login away', () => {
  const talk = dialogue().login();
  assert.deepEqual(talk.say('AUTH TLS\r\n'), ['run AUTH', '234 ok', 'start-tls']);
  talk.machine.secured(0);
  assert.deepEqual(talk.say('PWD\r\n'), ['530 Please log in with USER and PASS.']);
  assert.deepEqual(talk.say('PROT P\r\n'), ['503 Send PBSZ 0 before PROT.']);
});

test('after EPSV ALL only EPSV sets up data connections', () => {
  const talk = dialogue().login();
  assert.deepEqual(talk.say('EPSV ALL\r\nPASV\r\n'), [
    'run EPSV',
    '200 ok',
    '503 EPSV ALL is in force: only EPSV may set up data connections.',
  ]);
});

test('a client that talks first gets no greeting', () => {
  const machine = new ServerMachine();
  machine.receive(encodeText('GET / HTTP/1.1\r\n'), 0);
  assert.deepEqual(machine.take(), { kind: 'close', reason: 'the client spoke before the greeting' });
});

for (const [name, line] of [
  ['HTTP', 'GET / HTTP/1.1\r\nHost: a\r\n\r\n'],
  ['SMTP', 'EHLO a\r\n'],
  ['SSH', 'SSH-2.0-x\r\n'],
] as const) {
  test(`a client that speaks ${name} is dropped`, () => {
    assert.deepEqual(dialogue().say(line), [`close: the client speaks ${name}`]);
  });
}

test('10,000 pipelined NOOPs get 10,000 replies', () => {
  const replies = dialogue()
    .say('NOOP\r\n'.repeat(10_000))
    .filter((line) => line === '200 ok');
  assert.equal(replies.length, 10_000);
});

test('a command line of 1 MiB gets one 500 and the next command its reply', () => {
  assert.deepEqual(dialogue().say(`STOR ${'x'.repeat(1 << 20)}\r\nNOOP\r\n`), [
    '500 Command line longer than 8192 bytes thrown away.',
    'run NOOP',
    '200 ok',
  ]);
});

test('an idle session is closed with 421; a running transfer is not idle', () => {
  const talk = dialogue({ idleTimeout: 10_000 }).login();
  assert.deepEqual(talk.wait(9_000), []);
  talk.say('RETR f\r\n');
  talk.settle('RETR', 150);
  assert.deepEqual(talk.wait(100_000), []);
  talk.settle('RETR', 226);
  assert.deepEqual(talk.wait(11_000), [
    '421 No command for 10 s: closing the control connection.',
    'close: idle',
  ]);
});

test('a session that never logs in is closed, whatever it says meanwhile', () => {
  const talk = dialogue({ loginTimeout: 10_000 });
  for (const _ of [1, 2, 3]) {
    assert.deepEqual(talk.wait(3_000), []);
    talk.say('NOOP\r\n');
  }
  assert.deepEqual(talk.wait(1_000), [
    '421 Not logged in after 10 s: closing the control connection.',
    'close: idle',
  ]);
});

test('for a gateway a verb without a row is handed out as it came, and what is no command is still 500', () => {
  const machine = new ServerMachine({ unknown: 'pass' });
  const drain = () => {
    const effects: ServerEffect[] = [];
    for (let effect = machine.take(); effect !== undefined; effect = machine.take()) effects.push(effect);
    return effects;
  };
  machine.greet(reply(220, 'hi'), 0);
  drain();
  machine.receive(encodeText('XYZZY a  b\r\n'), 1);
  const run = drain().find((effect) => effect.kind === 'run');
  assert.ok(run?.kind === 'run');
  assert.equal(run.run.command.verb, 'XYZZY');
  assert.equal(run.run.command.argument, 'a  b');
  assert.equal(run.run.row.opensData, 'no');
  machine.settle(run.id, { kind: 'final', reply: reply(200, 'ok') }, 2);
  drain();
  machine.receive(encodeText('\u0001\u0002\r\n'), 3);
  assert.ok(!drain().some((effect) => effect.kind === 'run'));
});
