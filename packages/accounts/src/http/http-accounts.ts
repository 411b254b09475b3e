import { randomUUID } from 'node:crypto';
import { type HttpAnswer, HttpPoster, isPrivateUrl, type Pem, signedHeaders } from '@duoport/net';
import {
  type AccountFiles,
  type AccountRules,
  type Accounts,
  AccountsUnavailable,
  type Login,
  type LoginAttempt,
  type Refusal,
  wrongPassword,
} from '@duoport/server';
import { LettingIn } from '../letting-in.ts';
import { plainRules, type RulesReader } from '../rules-reader.ts';
import { KnownAnswers } from './known-answers.ts';

export interface HttpAccountsOptions extends AccountFiles {
  /** `https://…`, or `http://` to this machine. */
  readonly url: string;
  /** Known to the service too: every request is signed with it. */
  readonly secret: string;
  /** Trust this authority instead of the built-in ones; PEM. */
  readonly ca?: Pem | undefined;
  /** Send passwords in clear to other machines. Default no. */
  readonly clear?: boolean | undefined;
  /** Milliseconds for one answer. Default 5000. */
  readonly timeout?: number | undefined;
  /** At a time. Default 8. */
  readonly connections?: number | undefined;
  /** Milliseconds for which somebody who was let in is let in again without a question. Default 0. */
  readonly remember?: number | undefined;
  /** Of every user, as far as the answer says nothing else. */
  readonly rules?: AccountRules | undefined;
  /** Default: the words of `AccountRules`. */
  readonly read?: RulesReader | undefined;
}

/** Bytes of an answer. */
const largest = 65_536;

/**
 * Asks a service over HTTP. It answers 200 with the rules of the account as a JSON object, or 204; 401 for a wrong password, 404 for a name that
 * it does not know, 403 for somebody who may not come in. Anything else is a service that cannot be asked now.
 */
export class HttpAccounts implements Accounts {
  readonly #poster: HttpPoster;
  readonly #secret: string;
  readonly #read: RulesReader;
  readonly #inside: LettingIn;
  readonly #known: KnownAnswers;
  readonly #shown: string;

  /** @throws TypeError when passwords would cross a network in clear. */
  constructor(options: HttpAccountsOptions) {
    const { url, secret, ca, clear, timeout = 5000, connections = 8, remember = 0, read } = options;
    const where = new URL(url);
    if (clear !== true && !isPrivateUrl(where))
      throw new TypeError(`${shown(where)}: passwords need https://`);
    this.#poster = new HttpPoster({ url: where, ca, timeout, connections, limit: largest });
    this.#secret = secret;
    this.#read = read ?? plainRules;
    this.#inside = new LettingIn(options);
    this.#known = new KnownAnswers(remember);
    this.#shown = shown(where);
  }

  async login(attempt: LoginAttempt): Promise<Login | Refusal | undefined> {
    const { user, password } = attempt;
    if (password === undefined && attempt.proven !== true) return undefined;
    const known = this.#known.of(attempt);
    if (known !== undefined) return this.#inside.enter(attempt, known);
    const { peer, secure, host, proven, certificate } = attempt;
    const answer = await this.#ask({
      event: 'login',
      user,
      password,
      proven,
      address: peer.address,
      port: peer.port,
      secure,
      host,
      certificate: certificate && { subject: certificate.subject, fingerprint: certificate.fingerprint },
    });
    if (answer.status === 401) return wrongPassword;
    if (answer.status === 404) return undefined;
    if (answer.status === 403) return { because: 'the service refuses it' };
    const rules = this.#rulesOf(answer);
    this.#known.learn(attempt, rules);
    return this.#inside.enter(attempt, rules);
  }

  /** Asks nothing about anybody. @throws AccountsUnavailable when nobody answers there. */
  async check(): Promise<void> {
    const { status } = await this.#ask({ event: 'check' });
    if (status >= 500) throw this.#gone(`it answers ${status}`);
  }

  close(): void {
    this.#poster.close();
  }

  async #ask(question: object): Promise<HttpAnswer> {
    const body = JSON.stringify({ id: randomUUID(), ...question });
    try {
      return await this.#poster.post(body, signedHeaders(this.#secret, body));
    } catch (error) {
      throw this.#gone(error instanceof Error ? error.message : String(error));
    }
  }

  #rulesOf({ status, type, body }: HttpAnswer): AccountRules {
    if (status === 204) return {};
    if (status !== 200) throw this.#gone(`it answers ${status}`);
    if (type !== 'application/json') throw this.#gone('its answer is no application/json');
    let written: unknown;
    try {
      written = JSON.parse(body);
    } catch {
      throw this.#gone('its answer is no JSON');
    }
    if (typeof written !== 'object' || written === null || Array.isArray(written))
      throw this.#gone('its answer is no JSON object');
    try {
      return this.#read(written as Record<string, unknown>);
    } catch (error) {
      throw this.#gone(`its answer cannot be used: ${error instanceof Error ? error.message : error}`);
    }
  }

  #gone(because: string): AccountsUnavailable {
    return new AccountsUnavailable(`The accounts of ${this.#shown} cannot be asked: ${because}`);
  }
}

/** Without what is secret in it. */
function shown({ origin, pathname }: URL): string {
  return `${origin}${pathname}`;
}
