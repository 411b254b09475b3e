import { HttpPoster, signedHeaders } from '@duoport/net';
import type { HookSettings } from './hook.ts';
import type { HookEvent } from './hook-event.ts';
import type { HookRunner } from './runner.ts';

const unsigned = { 'content-type': 'application/json', 'user-agent': 'duoport' };

/** Posts each event as JSON. With a secret it is signed, as the requests of HTTP accounts are. */
export class PostRunner implements HookRunner {
  readonly #poster: HttpPoster;
  readonly #secret: string | undefined;

  constructor(
    url: string,
    { secret, parallel, timeout }: Pick<HookSettings, 'secret' | 'parallel' | 'timeout'>,
  ) {
    this.#secret = secret;
    this.#poster = new HttpPoster({ url: new URL(url), connections: parallel, timeout, limit: 64 * 1024 });
  }

  async run(event: HookEvent): Promise<void> {
    const body = JSON.stringify(event);
    const headers = this.#secret === undefined ? unsigned : signedHeaders(this.#secret, body);
    const { status } = await this.#poster.post(body, headers);
    if (status < 200 || status > 299) throw new Error(`it answered ${status}`);
  }

  async close(): Promise<void> {
    this.#poster.close();
  }
}
