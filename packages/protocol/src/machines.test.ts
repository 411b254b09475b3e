import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ClientMachine } from './client-machine.ts';
import type { Run } from './effects.ts';
import { refusal, requirements, startOrder } from './order.ts';
import { type Reply, reply } from './reply.ts';
import { ServerMachine } from './server-machine.ts';
import { findVerb, verbs } from './verbs.ts';

type Answer = (run: Run) => Reply | readonly Reply[];

/** Both machines back to back, the bytes between them cut into chunks of `chunk` bytes. Time stands still. */
function pair(answer: Answer, chunk = 1_000) {
  const client = new ClientMachine();
  const server = new ServerMachine();
  const log: string[] = [];
  let failed = false;
  const deliver = (bytes: Uint8Array, to: { receive(bytes: Uint8Array, now: number): void }) => {
    for (let at = 0; at < bytes.length; at += chunk) to.receive(bytes.subarray(at, at + chunk), 0);
  };
  const settle = (run: Run, id: number) => {
    const answers = [answer(run)].flat();
    for (const each of answers) {
      server.settle(id, { kind: each.code < 200 ? 'preliminary' : 'final', reply: each }, 0);
    }
  };
  const turn = (): boolean => {
    const fromServer = server.take();
    if (fromServer?.kind === 'send') deliver(fromServer.bytes, client);
    if (fromServer?.kind === 'run') settle(fromServer.run, fromServer.id);
    if (fromServer?.kind === 'close') client.eof(0);
    if (fromServer?.kind === 'start-tls') server.secured(0);
    const fromClient = client.take();
    if (fromClient?.kind === 'send') deliver(fromClient.bytes, server);
    if (fromClient?.kind === 'start-tls') client.secured(0);
    if (fromClient?.kind === 'reply' || fromClient?.kind === 'preliminary')
      log.push(String(fromClient.reply.code));
    if (fromClient?.kind === 'fail') failed = true;
    return fromServer !== undefined || fromClient !== undefined;
  };
  const settleAll = () => {
    while (turn());
    return log.splice(0);
  };
  server.greet(reply(220, 'hello', 'two lines'), 0);
  settleAll();
  return {
    client,
    server,
    ask(verb: string, argument?: string) {
      client.request(verb, argument, 0);
      return settleAll();
    },
    get failed() {
      return failed;
    },
  };
}

const usual: Answer = ({ row }) => {
  const codes: Record<string, number> = {
    USER: 331,
    PASS: 230,
    RNFR: 350,
    REST: 350,
    AUTH: 234,
    QUIT: 221,
    REIN: 220,
  };
  if (row.transfer !== 'no') return [reply(150, 'here'), reply(226, 'done')];
  return reply(codes[row.verb] ?? 200, 'ok', '200 looks like an end', 'end');
};

for (const chunk of [1, 2, 3, 7, 1_000]) {
  test(`a whole session, ${chunk} bytes at a time`, () => {
    const talk = pair(usual, chunk);
    assert.deepEqual(talk.ask('AUTH', 'TLS'), ['234']);
    assert.deepEqual(talk.ask('PBSZ', '0'), ['200']);
    assert.deepEqual(talk.ask('PROT', 'P'), ['200']);
    assert.deepEqual(talk.ask('USER', 'zoë'), ['331']);
    assert.deepEqual(talk.ask('PASS', 'secret word'), ['230']);
    assert.deepEqual(talk.ask('RNFR', 'a'), ['350']);
    assert.deepEqual(talk.ask('RNTO', 'b'), ['200']);
    assert.deepEqual(talk.ask('RETR', 'c'), ['150', '226']);
    assert.deepEqual(talk.ask('QUIT'), ['221']);
    assert.equal(talk.failed, false);
    assert.equal(talk.client.closed && talk.server.closed, true);
    assert.deepEqual(talk.client.order, talk.server.order, 'both ends agree where they stand');
  });
}

for (const row of verbs.filter((each) => each.needs === 'login' && each.aliasOf === undefined)) {
  test(`${row.verb} before the login is answered 530 or 503`, () => {
    const ran: string[] = [];
    const server = new ServerMachine();
    server.greet(reply(220, 'hello'), 0);
    const line = `${row.verb}${row.argument === 'required' ? ' x' : ''}\r\n`;
    server.receive(new TextEncoder().encode(line), 0);
    let text = '';
    for (let effect = server.take(); effect !== undefined; effect = server.take()) {
      if (effect.kind === 'run') ran.push(effect.run.row.verb);
      if (effect.kind === 'send') text += new TextDecoder().decode(effect.bytes);
    }
    assert.deepEqual(ran, []);
    assert.match(text, /^220 .*\r\n5(30|03) /);
  });
}

for (const needed of requirements) {
  test(`${needed.verb} out of its order is refused with ${needed.refusal.code}`, () => {
    const row = findVerb(needed.verb);
    assert.ok(row);
    const order = {
      ...startOrder(false),
      login: 'ready',
      tls: needed.verb === 'AUTH' ? 'secure' : 'clear',
    } as const;
    assert.deepEqual(refusal(order, row), needed.refusal);
  });
}
