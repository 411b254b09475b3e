import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What a service was asked. */
export interface Question {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A small service over HTTP on a free port of loopback. */
export interface WebService extends AsyncDisposable {
  readonly url: string;
  readonly questions: readonly Question[];
  /** Connections that were made. */
  readonly connections: number;
  /** Ends connections that nobody waits on. */
  closeIdle(): void;
}

export async function startService(
  answer: (question: Question, response: ServerResponse) => void,
): Promise<WebService> {
  const questions: Question[] = [];
  let connections = 0;
  const server = createServer((request: IncomingMessage, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const question = { headers: request.headers, body: Buffer.concat(chunks).toString('utf8') };
      questions.push(question);
      answer(question, response);
    });
  });
  server.on('connection', () => {
    connections += 1;
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/login`,
    questions,
    get connections() {
      return connections;
    },
    closeIdle: () => server.closeIdleConnections(),
    [Symbol.asyncDispose]: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

/** Answers with JSON. */
export function json(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' });
  response.end(JSON.stringify(body));
}
