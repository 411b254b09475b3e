import assert from 'node:assert/strict';
import { after } from 'node:test';
import {
  decodeCommand,
  type Endpoint,
  findVerb,
  isFault,
  type Order,
  type Reply,
  type Run,
  startOrder,
  type VerbRow,
} from '@duoport/protocol';
import { allPermissions, type Login } from '../src/accounts/accounts.ts';
import { MemoryAccounts } from '../src/accounts/memory.ts';
import type { Answer, Change, Context } from '../src/command.ts';
import { DataSetup } from '../src/data-setup.ts';
import { dispatch } from '../src/dispatch.ts';
import type { Files } from '../src/files/files.ts';
import { MemoryFiles } from '../src/files/memory/memory-files.ts';
import { resolvePath } from '../src/files/paths.ts';
import { initialParameters, type Parameters } from '../src/parameters.ts';
import { type Powers, powersOf } from '../src/powers.ts';
import { type ServerOptions, type Settings, settingsOf } from '../src/settings.ts';
import type { ReceivePlan, SendPlan } from '../src/transfer.ts';

/** What a test says of the session that a handler finds itself in; the rest is a login that may do everything. */
export interface Scene {
  readonly files?: Files;
  readonly options?: Partial<ServerOptions>;
  readonly parameters?: Partial<Parameters>;
  readonly permissions?: Login['permissions'];
  readonly powers?: Powers;
  /** `null`: nobody is logged in. */
  readonly login?: null;
  readonly order?: Partial<Order>;
  readonly secure?: boolean;
  readonly renameFrom?: string;
  readonly restart?: Run['restart'];
  readonly peer?: Endpoint;
  readonly local?: Endpoint;
  readonly user?: string;
}

export const clock = Date.UTC(2026, 10, 20, 12, 0, 0);

const here: Endpoint = { address: '127.0.0.1', port: 2121, family: 4 };
const there: Endpoint = { address: '127.0.0.1', port: 40_000, family: 4 };

const made: Settings[] = [];

// PASV leases a real port.
after(() => Promise.all(made.map(({ pool }) => pool.close())));

export function settingsFor(options: Partial<ServerOptions> = {}): Settings {
  const settings = settingsOf({ accounts: new MemoryAccounts({ files: new MemoryFiles() }), ...options });
  made.push(settings);
  return settings;
}

/** The context of one command line, `SITE CHMOD 644 a` with its words split as the machine does. */
export function contextOf(line: string, scene: Scene = {}): Context {
  const { row, argument } = split(line);
  const settings = settingsFor(scene.options);
  const files = scene.files ?? new MemoryFiles();
  const parameters = { ...initialParameters(false), ...scene.parameters };
  const [peer, local] = [scene.peer ?? there, scene.local ?? here];
  const login: Login | undefined =
    scene.login === null
      ? undefined
      : { user: 'ada', files, home: '/', permissions: scene.permissions ?? allPermissions };
  return {
    argument: argument ?? '',
    path: row.path ? resolvePath(parameters.directory, argument) : parameters.directory,
    tls: undefined,
    run: {
      row,
      command: { verb: row.verb, argument, quirks: [] },
      renameFrom: scene.renameFrom,
      restart: scene.restart,
    },
    order: { ...startOrder(false), login: login ? 'ready' : 'user', ...scene.order },
    parameters,
    powers: scene.powers ?? powersOf(settings, login),
    settings,
    user: scene.user,
    login,
    files,
    data: new DataSetup({
      settings,
      control: { peer, local },
      trace: undefined,
      session: {},
      dataTls: () => undefined,
      outcome: () => undefined,
      offended: () => undefined,
    }),
    session: 1,
    peer,
    secure: scene.secure ?? false,
    transfer: undefined,
    signal: () => new AbortController().signal,
    now: clock,
  };
}

/** What the server makes of a line: through the whole pipeline around the handler. A bug fails the test. */
export async function ask(line: string, scene: Scene = {}): Promise<Answer> {
  return dispatch(contextOf(line, scene), (error) => {
    throw error;
  });
}

/** The reply of a command that does not transfer. */
export async function replyTo(line: string, scene: Scene = {}): Promise<Reply> {
  const answer = await ask(line, scene);
  if ('direction' in answer) assert.fail(`${line} wants to transfer`);
  return 'code' in answer ? answer : answer.reply;
}

/** The reply on one line, as in `250 Removed`; lines of a longer one stand below each other. */
export async function told(line: string, scene: Scene = {}): Promise<string> {
  const { code, lines } = await replyTo(line, scene);
  return `${code} ${lines.join('\n')}`;
}

export async function changeOf(line: string, scene: Scene = {}): Promise<Change> {
  const answer = await ask(line, scene);
  if (!('reply' in answer)) assert.fail(`${line} changes nothing`);
  return answer;
}

export async function sendPlan(line: string, scene: Scene = {}): Promise<SendPlan> {
  const answer = await ask(line, scene);
  if (!('direction' in answer) || answer.direction !== 'send') assert.fail(`${line} sends nothing`);
  return answer;
}

export async function receivePlan(line: string, scene: Scene = {}): Promise<ReceivePlan> {
  const answer = await ask(line, scene);
  if (!('direction' in answer) || answer.direction !== 'receive') assert.fail(`${line} receives nothing`);
  return answer;
}

/** All bytes that a plan would put on the wire, but for its transform. */
export async function sent(plan: SendPlan): Promise<Buffer> {
  const parts: Buffer[] = [];
  const into = new Uint8Array(50);
  for (let at = plan.offset; ; ) {
    const count = await plan.source.read(into, at);
    if (count === 0) break;
    parts.push(Buffer.from(into.subarray(0, count)));
    at += count;
  }
  await plan.source.close?.();
  return Buffer.concat(parts);
}

/** Carries a receive plan out with these bytes. */
export async function store(plan: ReceivePlan, content: string): Promise<void> {
  const handle = await plan.plan.open();
  await handle.write([Buffer.from(content)], handle.offset);
  await handle.finish();
}

export function textOf(files: MemoryFiles, path: string): string {
  const handle = files.openRead(path);
  const into = new Uint8Array(handle.size);
  void handle.read(into, 0);
  return Buffer.from(into).toString('latin1');
}

function split(line: string): { row: VerbRow; argument: string | undefined } {
  const command = decodeCommand(line);
  if (isFault(command)) assert.fail(command.fault);
  const words = line.split(' ');
  for (const count of [3, 2]) {
    const row = findVerb(words.slice(0, count).join(' ').toUpperCase());
    const rest = words.slice(count).join(' ');
    if (row !== undefined) return { row, argument: rest === '' ? undefined : rest };
  }
  const row = findVerb(command.verb);
  if (row === undefined) assert.fail(`no row for ${command.verb}`);
  return { row, argument: command.argument };
}
