import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { command, duoport, serve, temporary, within } from './command.ts';

interface Told {
  readonly child: ChildProcess;
  event(kind: string): Promise<Readonly<Record<string, unknown>>>;
}

/** A command that stays, and the lines of its --json. */
function staying(words: readonly string[]): Told & AsyncDisposable {
  const [node = process.execPath, ...rest] = command;
  const child = spawn(node, [...rest, ...words, '--json'], { stdio: ['ignore', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    child,
    event: async (kind) => {
      for (;;) {
        const { value, done } = await lines.next();
        if (done === true) throw new Error(`${words.join(' ')} ended without ${kind}`);
        const event = JSON.parse(value) as Record<string, unknown>;
        if (event['event'] === kind) return event;
      }
    },
    [Symbol.asyncDispose]: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGINT');
      await once(child, 'close');
    },
  };
}

test('a server is published, its agent comes back with its key, and an invitation works once', async () => {
  await using server = await serve();
  await using place = await temporary();
  await writeFile(join(server.folder, 'there'), 'from the server');
  await writeFile(join(place.path, 'here'), 'from the client');
  const state = join(place.path, 'relay');
  const agentState = join(place.path, 'agent');
  await using relay = staying([
    'relay',
    'serve',
    '--listen',
    '127.0.0.1:0',
    '--control-ports',
    '40210-40219',
    '--passive-ports',
    '40220-40259',
    '--state',
    state,
    '--metrics',
    '0',
  ]);
  const { metrics } = await relay.event('ready');
  const invited = await duoport(['relay', 'invite', 'office', '--state', state, '--json']);
  const { invitation } = JSON.parse(invited.stdout) as { readonly invitation: string };
  const connect = ['relay', 'connect', '--to', `ftp://127.0.0.1:${server.port}`, '--state', agentState];
  {
    await using agent = staying([...connect, '--invitation', invitation]);
    const { services } = await agent.event('connected');
    const { '': port } = services as { readonly '': number };
    const url = `ftp://u:p@127.0.0.1:${port}/`;
    for (const mode of ['passive', 'active']) {
      const fetched = await duoport(['cat', `${url}there`, '--mode', mode]);
      assert.equal(fetched.stdout, 'from the server', fetched.stderr);
      const stored = await duoport(['put', 'here', url, '--mode', mode], { cwd: place.path });
      assert.equal(stored.code, 0, stored.stderr);
    }
    assert.equal(await readFile(join(server.folder, 'here'), 'utf8'), 'from the client');
    const { port: page } = metrics as { readonly port: number };
    const counters = await (await fetch(`http://127.0.0.1:${page}/metrics`)).text();
    assert.match(counters, /^duoport_relay_lines 1$/m);
    assert.match(counters, /^duoport_relay_data_connections_total\{way="relayed"\} [1-9]/m);
  }
  {
    await using agent = staying(connect);
    await agent.event('connected');
  }
  const replayed = staying([...connect.with(-1, join(place.path, 'thief')), '--invitation', invitation]);
  const [code] = (await once(replayed.child, 'close')) as [number];
  assert.equal(code, 1);
  const refused = await relay.event('agent-refused');
  assert.match(String(refused['because']), /used already/);
  assert.deepEqual(await readdir(join(state, 'invitations')), []);
  assert.equal((await stat(join(agentState, 'agent.json'))).mode & 0o777, 0o600);
});

const wrong: readonly (readonly [words: readonly string[], says: RegExp])[] = [
  [['relay', 'serve'], /--control-ports LO-HI .* --control PORT/],
  [['relay', 'invite', 'No Name'], /small letters/],
  [['relay', 'connect'], /--to/],
  [['relay', 'connect', '--to', 'ftps://x'], /--server-tls/],
  [['relay', 'connect', '--to', 'ftp://x', '--to', 'ftp://y'], /names of their own/],
  [['relay', 'connect', '--to', 'ftp://x', '--invitation', 'duoport-invitation-1.e30'], /no invitation/],
  [['relay', 'connect', '--to', 'ftp://x', '--proxy', 'socks://y'], /http:\/\//],
  [['relay', 'connect', '--to', 'ftp://x', '--send-proxy', '3'], /versions 1 and 2/],
  [['relay', 'connect', '--to', 'ftp://x', '--server-mode', 'active'], /agent holds/],
  [['relay', 'connect', '--to', 'ftp://x', '--neighbour-ports', '50000-50009'], /--neighbours private/],
  [['relay', 'connect', '--to', 'ftp://x', '--direct', 'ftp.example.org'], /203\.0\.113\.7:50500/],
  [['relay', 'connect', '--to', 'ftp://x', '--tls-cert', 'c.pem'], /--tls-key go together/],
  [['relay', 'connect', '--to', 'ftp://x', '--require-tls'], /needs a certificate/],
];
for (const [words, says] of wrong) {
  test(`refused before anything is opened: ${words.join(' ')}`, async () => {
    const { code, stderr } = await within(words);
    assert.equal(code, 2, stderr);
    assert.match(stderr, says);
  });
}
