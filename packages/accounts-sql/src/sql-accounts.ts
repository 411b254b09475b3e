import { stat } from 'node:fs/promises';
import { hashPassword, verifyPassword } from '@duoport/passwords';
import {
  type AccountFiles,
  type Accounts,
  type Login,
  type LoginAttempt,
  LoginMaker,
  type Refusal,
  refusalOf,
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
    const { password } = attempt;
    if (password === undefined) return undefined;
    const user = await this.#store.user(attempt.user);
    const { matches, outdated } = await verifyPassword(user?.password, password);
    if (user === undefined || !matches) return undefined;
    if (outdated) await this.#renew(user, password);
    const { effective } = user;
    const refusal = refusalOf(effective, attempt, Date.now()) ?? (await folderFault(effective.directory));
    return refusal ?? this.#maker.login(user.name, effective);
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

async function folderFault(directory: string | undefined): Promise<Refusal | undefined> {
  if (directory === undefined) return undefined;
  const told = 'The folder of this account is not there at the moment';
  try {
    if ((await stat(directory)).isDirectory()) return undefined;
    return { because: `its folder ${directory} is no folder`, told };
  } catch (error) {
    return { because: `its folder cannot be used: ${error instanceof Error ? error.message : error}`, told };
  }
}
