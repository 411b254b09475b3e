import { hashPassword, verifyPassword } from '@duoport/passwords';
import {
  type AccountFiles,
  type Accounts,
  admitted,
  type Login,
  type LoginAttempt,
  LoginMaker,
  type Refusal,
  wrongPassword,
} from '@duoport/server';
import type { AccountStore, StoredUser } from './account-store.ts';

/** Lets in the users of a database. Asks it at every login, so a change holds from the next login on, on every node. */
export class SqlAccounts implements Accounts {
  readonly #store: AccountStore;
  readonly #maker: LoginMaker;

  constructor(store: AccountStore, files: AccountFiles = {}) {
    this.#store = store;
    this.#maker = new LoginMaker(files);
  }

  async login(attempt: LoginAttempt): Promise<Login | Refusal | undefined> {
    const { password, proven } = attempt;
    if (password === undefined && !proven) return undefined;
    const user = await this.#store.user(attempt.user);
    if (password !== undefined) {
      const { matches, outdated } = await verifyPassword(user?.password, password);
      if (user !== undefined && !matches) return wrongPassword;
      if (user !== undefined && outdated) await this.#renew(user, password);
    }
    return user && admitted(this.#maker, user.name, { rules: user.effective, attempt });
  }

  /** An older hash becomes one of today. That it cannot be written is no reason to keep its owner out. */
  async #renew({ name, password: before }: StoredUser, password: string): Promise<void> {
    try {
      await this.#store.setPassword(name, await hashPassword(password), before);
    } catch {
      // The next login tries again.
    }
  }
}
