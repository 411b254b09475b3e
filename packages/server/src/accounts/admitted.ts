import { stat } from 'node:fs/promises';
import type { Login, LoginAttempt, Refusal } from './accounts.ts';
import type { LoginMaker } from './login-maker.ts';
import { type AccountRules, refusalOf } from './rules.ts';

/** What becomes of somebody whose name is proven, by password or otherwise: the rules may still keep the account out. */
export async function admitted(
  maker: LoginMaker,
  user: string,
  { rules, attempt }: { readonly rules: AccountRules; readonly attempt: LoginAttempt },
): Promise<Login | Refusal> {
  const refusal = refusalOf(rules, attempt, Date.now()) ?? (await folderFault(rules.directory));
  return refusal ?? maker.login(user, rules);
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
