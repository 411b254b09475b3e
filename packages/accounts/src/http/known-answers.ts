import { createHmac, randomBytes } from 'node:crypto';
import { RecentMap } from '@duoport/net';
import type { AccountRules, LoginAttempt } from '@duoport/server';

/** Users who are remembered; then the oldest is forgotten. */
const most = 1000;

interface Known {
  readonly rules: AccountRules;
  readonly until: number;
}

/** Who was let in lately, so that a client that opens ten sessions is asked about once. Passwords are not kept. */
export class KnownAnswers {
  readonly #time: number;
  readonly #now: () => number;
  readonly #key = randomBytes(32);
  readonly #answers = new RecentMap<string, Known>(most);

  /** `time`: milliseconds; 0 remembers nothing. */
  constructor(time: number, now: () => number = () => performance.now()) {
    this.#time = time;
    this.#now = now;
  }

  of(attempt: LoginAttempt): AccountRules | undefined {
    if (this.#time === 0) return undefined;
    const known = this.#answers.get(this.#keyOf(attempt));
    return known !== undefined && this.#now() < known.until ? known.rules : undefined;
  }

  learn(attempt: LoginAttempt, rules: AccountRules): void {
    if (this.#time === 0) return;
    this.#answers.keep(this.#keyOf(attempt), { rules, until: this.#now() + this.#time });
  }

  /** All that the service may decide by. */
  #keyOf({ user, password, peer, secure, host, proven }: LoginAttempt): string {
    const said = JSON.stringify([
      user,
      password ?? null,
      peer.address,
      secure,
      host ?? null,
      proven ?? false,
    ]);
    return createHmac('sha256', this.#key).update(said).digest('base64');
  }
}
