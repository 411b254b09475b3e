import { once } from 'node:events';
import {
  type ClientHttp2Session,
  connect as connectHttp2,
  type IncomingHttpHeaders,
  performServerHandshake,
  type ServerHttp2Stream,
} from 'node:http2';
import type { AddressInfo } from 'node:net';
import type { TestContext } from 'node:test';
import { connect as connectTls, createServer } from 'node:tls';
import { certificate } from '@duoport/testkit';
import { generateAgentKey, publicKeyOf, readAgentKey, signBinding } from '../src/agent-key.ts';
import type { RelayStanding } from './standing.ts';

/** What an agent answered to one request of a relay that says what it likes. */
export interface Answered {
  readonly status: number;
  readonly because: string;
  /** Ends the stream, where the agent has joined it. */
  close(): void;
}

/** A relay that is none: asks agents for whatever a test makes up. */
export interface RawRelay {
  readonly port: number;
  /** The next agent that dials in. */
  agent(): Promise<RawLine>;
}

export interface RawLine {
  readonly session: ClientHttp2Session;
  ask(path: string, headers?: Readonly<Record<string, string>>): Promise<Answered>;
}

export async function rawRelay(t: TestContext): Promise<RawRelay> {
  const arrived: RawLine[] = [];
  let wake: () => void = () => undefined;
  const server = createServer({ ...certificate, minVersion: 'TLSv1.3', ALPNProtocols: ['h2'] });
  server.on('secureConnection', (tls) => {
    tls.on('error', () => undefined);
    t.after(() => tls.destroy());
    const session = connectHttp2('https://agent.invalid', { createConnection: () => tls });
    session.on('error', () => undefined);
    arrived.push({ session, ask: (path, headers = {}) => ask(session, path, headers) });
    wake();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  return {
    port: (server.address() as AddressInfo).port,
    agent: async () => {
      for (;;) {
        const line = arrived.shift();
        if (line !== undefined) return line;
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
  };
}

/** `status` 0: the stream was ended without an answer. */
function ask(
  session: ClientHttp2Session,
  path: string,
  headers: Readonly<Record<string, string>>,
): Promise<Answered> {
  return new Promise((resolve) => {
    const stream = session.request({ ':method': 'POST', ':path': path, ...headers }, { endStream: false });
    const close = () => stream.close();
    stream.on('error', () => undefined).resume();
    stream.once('response', (told) => {
      const because = decodeURIComponent(String(told['duoport-because'] ?? ''));
      resolve({ status: Number(told[':status']), because, close });
    });
    stream.once('close', () => resolve({ status: 0, because: '', close }));
  });
}

/** An agent that is none: it is admitted, and then answers as a test makes up. */
export async function rawAgent(
  t: TestContext,
  { registry, port }: RelayStanding,
  answer: (stream: ServerHttp2Stream, headers: IncomingHttpHeaders) => void,
  { name = 'office', services = '.', facts = {} as Readonly<Record<string, string>> } = {},
): Promise<void> {
  const secret = await registry.invite(name, Date.now() + 60_000);
  const key = readAgentKey(generateAgentKey());
  const tls = connectTls({ port, host: '127.0.0.1', rejectUnauthorized: false, ALPNProtocols: ['h2'] });
  tls.on('error', () => undefined);
  t.after(() => tls.destroy());
  await once(tls, 'secureConnect');
  const binding = tls.exportKeyingMaterial(32, 'EXPORTER-duoport-relay', Buffer.alloc(0));
  const session = performServerHandshake(tls);
  session.on('error', () => undefined);
  const streams = new Map<number | undefined, ServerHttp2Stream>();
  session.on('stream', (stream, headers) => {
    stream.on('error', () => undefined);
    streams.set(stream.id, stream);
    const path = headers[':path'];
    if (path === '/break') {
      streams.get(Number(headers['duoport-stream']))?.close();
      stream.respond({ ':status': 200 }, { endStream: true });
      return;
    }
    if (path !== '/hello' && path !== '/welcome') return answer(stream, headers);
    const hello = {
      'duoport-agent': name,
      'duoport-key': publicKeyOf(key),
      'duoport-signature': signBinding(key, name, binding),
      'duoport-services': services,
      'duoport-secret': secret,
      ...facts,
    };
    stream.respond({ ':status': 200, ...(path === '/hello' ? hello : {}) }, { endStream: true });
    stream.resume();
  });
}
