import {
  type Accounts,
  AccountsUnavailable,
  type Login,
  type LoginAttempt,
  type LoginStep,
  type Refusal,
} from '@duoport/server';
import { Pace, type PaceOptions } from './pace.ts';

/** One of several places that users come from. */
export interface AccountSource {
  readonly accounts: Accounts;
  /** When it cannot be asked the next one is; otherwise nobody gets in meanwhile whom no earlier one knows. */
  readonly optional?: boolean;
}

/**
 * Asks one source after the other: the first that knows the name decides. Whoever is turned away waits as long as the slowest of the last logins
 * took, whichever source knows the name and whether there is one.
 */
export class AccountChain implements Accounts {
  readonly #sources: readonly AccountSource[];
  readonly #pace: Pace;

  constructor(sources: readonly AccountSource[], options: PaceOptions = {}) {
    this.#sources = sources;
    this.#pace = new Pace(options);
  }

  async begin(attempt: LoginAttempt): Promise<LoginStep> {
    for (const { accounts } of this.#sources) {
      const step = await accounts.begin?.(attempt);
      if (step !== undefined && step !== 'password') return step;
    }
    return 'password';
  }

  async login(attempt: LoginAttempt): Promise<Login | Refusal | undefined> {
    const since = this.#pace.now();
    const answer = await this.#first(attempt);
    const outcome = answer === undefined ? 'nobody' : 'because' in answer ? 'refused' : 'in';
    this.#pace.took(since, outcome);
    if (outcome !== 'in') await this.#pace.until(since);
    return answer;
  }

  async #first(attempt: LoginAttempt): Promise<Login | Refusal | undefined> {
    let missed: AccountsUnavailable | undefined;
    for (const { accounts, optional } of this.#sources) {
      try {
        const answer = await accounts.login(attempt);
        if (answer !== undefined) return answer;
      } catch (error) {
        if (!(error instanceof AccountsUnavailable) || optional !== true) throw error;
        missed ??= error;
      }
    }
    // Somebody who may be of the source that is gone is not told that the password is wrong.
    if (missed !== undefined) throw missed;
    return undefined;
  }
}
