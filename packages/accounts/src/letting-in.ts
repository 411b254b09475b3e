import {
  type AccountFiles,
  type AccountRules,
  admitted,
  type Login,
  type LoginAttempt,
  LoginMaker,
  type Refusal,
} from '@duoport/server';
import { ownFolders, together } from './rules-reader.ts';

/** The last step of every source: rules become a login. */
export class LettingIn {
  readonly #maker: LoginMaker;
  readonly #rules: AccountRules;

  /** `rules`: of every user of the source, as far as an account says nothing else. */
  constructor({ rules = {}, ...files }: AccountFiles & { readonly rules?: AccountRules | undefined }) {
    this.#maker = new LoginMaker(files);
    this.#rules = rules;
  }

  /** `rules`: the later ones win. */
  async enter(attempt: LoginAttempt, ...rules: readonly AccountRules[]): Promise<Login | Refusal> {
    const { user } = attempt;
    const own = ownFolders(together(this.#rules, ...rules), user);
    if (own === undefined) return { because: 'its name cannot be the name of a folder' };
    return admitted(this.#maker, user, { rules: own, attempt });
  }
}
