import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { explainSocketError } from './socket-error.ts';
import { checkIdentity } from './tls-certificate.ts';
import type { Pem } from './tls-settings.ts';

export interface HttpPosterOptions {
  /** `http://` or `https://`; with https the certificate is verified. */
  readonly url: URL;
  /** Trust these instead of the built-in authorities. */
  readonly ca?: Pem | undefined;
  /** Connections at a time; others wait. */
  readonly connections: number;
  /** Milliseconds from the call to the last byte of the answer. */
  readonly timeout: number;
  /** Bytes of the answer's body. */
  readonly limit: number;
}

export interface HttpAnswer {
  readonly status: number;
  /** Of the answer: the media type, in lower case and without parameters. */
  readonly type: string;
  readonly body: string;
}

/** Milliseconds after which a connection that nobody needs is closed. */
const idleTime = 30_000;
/** So many may wait for a connection. */
const mostWaiting = 1000;

/**
 * Posts to one address, again and again over the same few connections. Redirections are not followed: they are answers like any other.
 */
export class HttpPoster {
  readonly #options: HttpPosterOptions;
  readonly #agent: HttpAgent | HttpsAgent;
  #running = 0;

  constructor(options: HttpPosterOptions) {
    this.#options = options;
    const { connections } = options;
    const keeping = {
      keepAlive: true,
      maxSockets: connections,
      maxFreeSockets: connections,
      timeout: idleTime,
    };
    const ca = options.ca === undefined ? {} : { ca: Buffer.from(options.ca) };
    this.#agent =
      options.url.protocol === 'https:'
        ? new HttpsAgent({ ...keeping, ...ca, checkServerIdentity: checkIdentity })
        : new HttpAgent(keeping);
  }

  /** Rejects with a sentence part that says why there is no answer, and never with what was sent. */
  async post(body: string, headers: Readonly<Record<string, string>>): Promise<HttpAnswer> {
    const { timeout, connections } = this.#options;
    if (this.#running >= connections + mostWaiting) throw new Error('too many questions wait for it');
    this.#running += 1;
    const signal = AbortSignal.timeout(timeout);
    try {
      return await this.#once(body, { headers, signal }).catch((error: unknown) => {
        // A connection that was kept, and that the other end has closed meanwhile.
        if (!(error instanceof StaleConnection) || signal.aborted) throw error;
        return this.#once(body, { headers, signal });
      });
    } catch (error) {
      const because = signal.aborted ? `no answer within ${timeout / 1000} s` : explainSocketError(error);
      throw new Error(because, { cause: error });
    } finally {
      this.#running -= 1;
    }
  }

  close(): void {
    this.#agent.destroy();
  }

  #once(
    body: string,
    { headers, signal }: { readonly headers: Readonly<Record<string, string>>; readonly signal: AbortSignal },
  ): Promise<HttpAnswer> {
    const { url, limit } = this.#options;
    const start = url.protocol === 'https:' ? httpsRequest : httpRequest;
    return new Promise((resolve, reject) => {
      const request = start(url, {
        method: 'POST',
        agent: this.#agent,
        signal,
        headers: { ...headers, 'content-length': Buffer.byteLength(body) },
      });
      request.on('response', (response) => {
        answerOf(response, limit).then(resolve, reject);
      });
      request.on('error', (error: NodeJS.ErrnoException) => {
        const stale = request.reusedSocket && (error.code === 'ECONNRESET' || error.code === 'EPIPE');
        reject(stale ? new StaleConnection(error.message, { cause: error }) : error);
      });
      request.end(body);
    });
  }
}

class StaleConnection extends Error {}

async function answerOf(response: IncomingMessage, limit: number): Promise<HttpAnswer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    size += chunk.length;
    // Leaving the loop destroys the response, and with it the connection.
    if (size > limit) throw new Error(`an answer of more than ${limit} bytes`);
    chunks.push(chunk);
  }
  const [type = ''] = (response.headers['content-type'] ?? '').split(';');
  return {
    status: response.statusCode ?? 0,
    type: type.trim().toLowerCase(),
    body: Buffer.concat(chunks).toString('utf8'),
  };
}
