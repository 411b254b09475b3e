import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ClientMachine } from './client-machine.ts';
import { decodeText, encodeText } from './text.ts';

/** What the machine does, as short words; requests and bytes go in as they would from a shell. */
function conversation(options: ConstructorParameters<typeof ClientMachine>[0] = {}) {
  const machine = new ClientMachine(options);
  let now = 0;
  const take = () => {
    const out: string[] = [];
    for (let effect = machine.take(); effect !== undefined; effect = machine.take()) {
      if (effect.kind === 'send')
        out.push(`send ${decodeText(effect.bytes).trimEnd()}${effect.alone ? ' alone' : ''}`);
      else if (effect.kind === 'greeting') out.push(`greeting ${effect.reply.code}`);
      else if (effect.kind === 'preliminary' || effect.kind === 'reply') {
        out.push(`${effect.kind} ${effect.id} ${effect.reply.code}`);
      } else if (effect.kind === 'fail') out.push(`fail ${effect.error.code}`);
      else if (effect.kind === 'close') out.push('close');
      else if (effect.kind !== 'wake') out.push(effect.kind);
    }
    return out;
  };
  return {
    machine,
    hear(text: string) {
      machine.receive(encodeText(text), now);
      return take();
    },
    ask(verb: string, argument?: string) {
      machine.request(verb, argument, now);
      return take();
    },
    wait(milliseconds: number) {
      now += milliseconds;
      machine.tick(now);
      return take();
    },
    expectFinal(id: number, within: number) {
      machine.expectFinal(id, within, now);
      return take();
    },
    eof() {
      machine.eof(now);
      return take();
    },
  };
}

function greeted(options?: ConstructorParameters<typeof ClientMachine>[0]) {
  const talk = conversation(options);
  talk.hear('220 hello\r\n');
  return talk;
}

test('nothing may be asked before the greeting; 120 is not one', () => {
  const talk = conversation();
  assert.throws(() => talk.ask('USER', 'a'), { code: 'FTP_LOCAL_PROTOCOL' });
  assert.deepEqual(talk.hear('120 wait\r\n'), []);
  assert.deepEqual(talk.hear('220 hello\r\n'), ['greeting 220']);
  assert.deepEqual(talk.ask('USER', 'a'), ['send USER a']);
});

test('one command at a time', () => {
  const talk = greeted();
  talk.ask('USER', 'a');
  assert.throws(() => talk.ask('PWD'), /USER still waits/);
  assert.deepEqual(talk.hear('331 password\r\n'), ['reply 1 331']);
});

test('PORT and EPSV are sent as segments of their own', () => {
  const talk = greeted();
  assert.deepEqual(talk.ask('EPSV'), ['send EPSV alone']);
});

test('a transfer has a preliminary and a final reply', () => {
  const talk = greeted();
  talk.ask('RETR', 'f');
  assert.deepEqual(talk.hear('150 here it comes\r\n'), ['preliminary 1 150']);
  assert.deepEqual(talk.hear('226 done\r\n'), ['reply 1 226']);
});

test('a NOOP beside a transfer gets its own reply, whichever comes first', () => {
  const talk = greeted();
  talk.ask('RETR', 'f');
  talk.hear('150 ok\r\n');
  assert.deepEqual(talk.ask('NOOP'), ['send NOOP']);
  assert.deepEqual(talk.hear('200 ok\r\n226 done\r\n'), ['reply 2 200', 'reply 1 226']);
  talk.ask('RETR', 'f');
  talk.hear('150 ok\r\n');
  talk.ask('NOOP');
  assert.deepEqual(talk.hear('226 done\r\n200 ok\r\n'), ['reply 3 226', 'reply 4 200']);
});

test('ABOR: 426 ends the transfer, 226 answers ABOR; one 226 more is passed over', () => {
  const talk = greeted();
  talk.ask('RETR', 'f');
  talk.hear('150 ok\r\n');
  assert.deepEqual(talk.ask('ABOR'), ['send ABOR']);
  assert.deepEqual(talk.hear('426 aborted\r\n226 ok\r\n226 once more\r\n'), ['reply 1 426', 'reply 2 226']);
});

for (const [ends, told] of [
  ['426 aborted\r\n226 ok\r\n', ['reply 1 426', 'reply 2 226', 'reply 3 200']],
  ['226 all in one\r\n', ['reply 1 226', 'reply 2 226', 'reply 3 200']],
  ['225 ok\r\n426 aborted\r\n', ['reply 2 225', 'reply 1 426', 'reply 3 200']],
] as const) {
  test(`a NOOP behind ABOR puts both ends in step: ${told.join(', ')}`, () => {
    const talk = greeted();
    talk.ask('RETR', 'f');
    talk.hear('150 ok\r\n');
    talk.ask('ABOR');
    assert.deepEqual(talk.ask('NOOP'), ['send NOOP']);
    assert.deepEqual(talk.hear(`${ends}200 ok\r\n`), told);
    assert.deepEqual(talk.ask('PWD'), ['send PWD']);
  });
}

test('what the order forbids is not sent', () => {
  const talk = greeted();
  assert.throws(() => talk.ask('RNTO', 'b'), /Send RNFR first/);
  assert.throws(() => talk.ask('PROT', 'P'), /PBSZ/);
  assert.throws(() => talk.ask('CWD', 'a\r\nDELE b'), { code: 'FTP_LOCAL_PROTOCOL' });
  talk.ask('EPSV', 'ALL');
  talk.hear('200 ok\r\n');
  assert.throws(() => talk.ask('PASV'), /EPSV ALL/);
});

test('AUTH TLS: the handshake starts at the 234 and requests wait for it', () => {
  const talk = greeted();
  talk.ask('AUTH', 'TLS');
  assert.deepEqual(talk.hear('234 go\r\n'), ['reply 1 234', 'start-tls']);
  assert.throws(() => talk.ask('PBSZ', '0'), /handshake/);
  talk.machine.secured(0);
  assert.deepEqual(talk.ask('PBSZ', '0'), ['send PBSZ 0']);
});

test('replies injected behind the 234 end the connection', () => {
  const talk = greeted();
  talk.ask('AUTH', 'TLS');
  assert.deepEqual(talk.hear('234 go\r\n230 you are in\r\n'), [
    'reply 1 234',
    'start-tls',
    'fail FTP_REMOTE_PROTOCOL',
  ]);
});

test('a server that never greets, never answers, never ends a transfer', () => {
  assert.deepEqual(conversation({ greetingTimeout: 1_000 }).wait(1_000), ['fail FTP_TIMEOUT']);
  const slow = greeted({ replyTimeout: 2_000 });
  slow.ask('PWD');
  assert.deepEqual(slow.wait(1_999), []);
  assert.deepEqual(slow.wait(1), ['fail FTP_TIMEOUT']);
  const lost = greeted({ replyTimeout: 2_000 });
  lost.ask('RETR', 'f');
  lost.hear('150 ok\r\n');
  assert.deepEqual(lost.wait(100_000), [], 'a long transfer is no lost reply');
  lost.expectFinal(1, 5_000);
  assert.deepEqual(lost.wait(4_999), []);
  assert.deepEqual(lost.wait(1), ['fail FTP_TIMEOUT']);
});

test('421 at any time closes', () => {
  const talk = greeted();
  talk.ask('PWD');
  assert.deepEqual(talk.hear('421 bye\r\n'), ['reply 1 421', 'close']);
  assert.deepEqual(greeted().hear('421 idle\r\n'), ['fail FTP_CLOSED']);
});

test('the server goes away: in order after QUIT, a fault in the middle of a command', () => {
  const quit = greeted();
  quit.ask('QUIT');
  assert.deepEqual(quit.hear('221 bye\r\n'), ['reply 1 221', 'close']);
  const cut = greeted();
  cut.ask('PWD');
  assert.deepEqual(cut.eof(), ['fail FTP_CLOSED']);
});

test('a reply without end is cut off', () => {
  const talk = greeted();
  talk.ask('STAT');
  const line = '211-more\r\n'.repeat(10_000);
  let out: string[] = [];
  for (let round = 0; round < 1_000 && out.length === 0; round += 1) out = talk.hear(line);
  assert.deepEqual(out, ['fail FTP_REMOTE_PROTOCOL']);
});
