import type { Seat } from '@duoport/net';
import type { Login } from './accounts/accounts.ts';
import type { Change } from './command.ts';
import type { Files } from './files/files.ts';
import { noFiles } from './no-files.ts';
import { initialParameters, type Parameters } from './parameters.ts';
import { type Powers, powersOf } from './powers.ts';
import type { Settings } from './settings.ts';

/** What a session remembers from command to command: who is logged in, what was set, and so what it can do. */
export class SessionState {
  readonly #settings: Settings;
  #parameters: Parameters;
  #powers: Powers;
  #user: string | undefined;
  #login: Login | undefined;
  #refusals = 0;
  #seat: Seat | undefined;
  #over = false;

  constructor(settings: Settings, implicitTls: boolean) {
    this.#settings = settings;
    this.#parameters = initialParameters(implicitTls);
    this.#powers = powersOf(settings, undefined);
  }

  get parameters(): Parameters {
    return this.#parameters;
  }

  get powers(): Powers {
    return this.#powers;
  }

  /** The name of the last USER, before and after the login. */
  get user(): string | undefined {
    return this.#user;
  }

  get login(): Login | undefined {
    return this.#login;
  }

  get files(): Files {
    return this.#login?.files ?? noFiles;
  }

  /** So many logins were refused that the session must end. */
  get exhausted(): boolean {
    return this.#refusals >= this.#settings.maxLoginAttempts;
  }

  /** The user's sessions and rates, once one is logged in. */
  get seat(): Seat | undefined {
    return this.#seat;
  }

  apply({ user, parameters, login, seat, refused }: Change): void {
    if (user !== undefined) this.#user = user;
    if (parameters !== undefined) this.#parameters = { ...this.#parameters, ...parameters };
    if (login !== undefined) this.#logIn(login ?? undefined, seat);
    if (refused !== undefined) this.#refusals += 1;
  }

  /** RFC 4217 §10.1: what was said before the TLS handshake counts for nothing after it. */
  startAnew(): void {
    this.#parameters = initialParameters(false);
    this.#logIn(undefined);
  }

  /** Undefined: none in particular. */
  chooseHost(host: string | undefined): void {
    if (host !== undefined) this.#parameters = { ...this.#parameters, host };
  }

  /** The session is over: a login that was still being looked at takes no place any more. */
  end(): void {
    this.#over = true;
    this.#logIn(undefined);
  }

  #logIn(login: Login | undefined, seat?: Seat): void {
    this.#login = login;
    this.#powers = powersOf(this.#settings, login);
    this.#seat?.leave();
    this.#seat = seat;
    if (this.#over) seat?.leave();
  }
}
