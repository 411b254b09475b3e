import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import type { TraceEvent } from '@duoport/net';
import {
  createServer,
  type Files,
  type FtpServer,
  MemoryAccounts,
  MemoryFiles,
  type ServerEvent,
  type ServerOptions,
} from '@duoport/server';
import { certificate } from '@duoport/testkit';
import { RawClient, type RawOptions } from './raw-client.ts';
import { within } from './sockets.ts';

export type ServingOptions = Partial<ServerOptions> & {
  readonly host?: string;
  readonly implicitTls?: boolean;
  /** What user `u`, password `p`, sees; default: files in memory. */
  readonly files?: Files;
};

/** Our server on a free port of loopback, and what it says of itself. */
export interface Serving {
  readonly server: FtpServer;
  readonly host: string;
  readonly port: number;
  readonly memory: MemoryFiles;
  readonly events: readonly ServerEvent[];
  readonly trace: readonly TraceEvent[];
  /** The first event of this kind, when it has come or as soon as it comes. */
  event<Kind extends ServerEvent['kind']>(kind: Kind): Promise<Extract<ServerEvent, { kind: Kind }>>;
  /** Resolves when this line has come in on a control connection. */
  heard(line: string): Promise<void>;
  connect(options?: Partial<RawOptions>): Promise<RawClient>;
  /** Connected and logged in. */
  login(options?: Partial<RawOptions>): Promise<RawClient>;
}

/** Serves until the test is over, which fails when the server found a bug in itself. */
export async function serve(t: TestContext, options: ServingOptions = {}): Promise<Serving> {
  const { host = '127.0.0.1', implicitTls = false, files, ...rest } = options;
  const memory = new MemoryFiles();
  const events: ServerEvent[] = [];
  const trace: TraceEvent[] = [];
  const waiting = new Set<() => void>();
  const told = () => {
    for (const look of waiting) look();
  };
  /** What `find` finds, as soon as there is something. */
  const found = <Found>(what: string, find: () => Found | undefined): Promise<Found> => {
    const finding = new Promise<Found>((resolve) => {
      const look = () => {
        const it = find();
        if (it === undefined) return;
        waiting.delete(look);
        resolve(it);
      };
      waiting.add(look);
      look();
    });
    return within(what, finding);
  };
  const server = createServer({
    accounts: new MemoryAccounts({ files: files ?? memory, users: [{ name: 'u', password: 'p' }] }),
    listen: [{ host, port: 0, implicitTls }],
    tls: certificate,
    log: (event) => {
      events.push(event);
      told();
    },
    trace: () => (event) => {
      trace.push(event);
      told();
    },
    ...rest,
  });
  t.after(async () => {
    await server.close({ grace: 0 });
    const bugs = events.filter((event) => event.kind === 'bug');
    assert.deepEqual(bugs, []);
  });
  await server.start();
  const port = server.listening[0]?.port ?? 0;
  const connect = (more: Partial<RawOptions> = {}) =>
    RawClient.connect(t, { host, port, implicit: implicitTls, ...more });
  return {
    server,
    host,
    port,
    memory,
    events,
    trace,
    connect,
    login: async (more) => (await connect(more)).login(),
    event: (kind) => found(`the event ${kind}`, () => events.find((each) => each.kind === kind) as never),
    heard: (line) =>
      found(`the line ${line}`, () =>
        trace.some((each) => each.kind === 'line' && each.from === 'client' && each.text === line)
          ? true
          : undefined,
      ).then(() => undefined),
  };
}

/** Files in memory, but for what a test has of its own. */
export function filesLike(memory: MemoryFiles, own: Partial<Files>): Files {
  return {
    stat: (path) => memory.stat(path),
    list: (path) => memory.list(path),
    openRead: (path) => memory.openRead(path),
    prepareWrite: (path, how) => memory.prepareWrite(path, how),
    makeDirectory: (path) => memory.makeDirectory(path),
    removeDirectory: (path) => memory.removeDirectory(path),
    removeFile: (path) => memory.removeFile(path),
    rename: (from, to) => memory.rename(from, to),
    ...own,
  };
}

/** Bytes that do not repeat soon, the same on every run. */
export function noise(length: number): Buffer {
  const bytes = Buffer.alloc(length);
  let state = 0x9e3779b9;
  for (let at = 0; at < length; at += 1) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    bytes[at] = state;
  }
  return bytes;
}

export function contentOf(files: MemoryFiles, path: string): Buffer {
  const handle = files.openRead(path);
  const into = Buffer.alloc(handle.size);
  handle.read(into, 0);
  return into;
}

/** Puts a file there without a server in between. */
export async function seed(files: Files, path: string, content: string | Uint8Array): Promise<void> {
  const plan = await files.prepareWrite(path, { kind: 'replace' });
  const handle = await plan.open();
  await handle.write([Buffer.from(content)], 0);
  await handle.finish();
}
