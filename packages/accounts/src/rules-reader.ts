import { type AccountRules, rulesFault } from '@duoport/server';

/** Reads rules that somebody else has written, in whatever words. Throws an Error that says what is wrong with them. */
export type RulesReader = (written: Readonly<Record<string, unknown>>) => AccountRules;

/** Of rules in the words of {@link AccountRules}. */
export const plainRules: RulesReader = (written) => {
  const fault = rulesFault(written);
  if (fault !== undefined) throw new Error(fault);
  return written;
};

/** Those that say something win. */
export function together(...all: readonly AccountRules[]): AccountRules {
  const said = all.flatMap((rules) => Object.entries(rules).filter(([, value]) => value !== undefined));
  return Object.fromEntries(said);
}

/** The name in the place of `{user}` in folders: undefined when it could lead out of the folder that is meant. */
export function ownFolders(rules: AccountRules, user: string): AccountRules | undefined {
  const { directory, folders } = rules;
  const all = [directory, ...Object.values(folders ?? {})];
  if (!all.some((folder) => folder?.includes(placeholder))) return rules;
  if (!/^[^\p{Cc}\p{Cs}/\\]{1,255}$/u.test(user) || /^\.{1,2}$/.test(user)) return undefined;
  const own = (folder: string) => folder.replaceAll(placeholder, () => user);
  return {
    ...rules,
    ...(directory === undefined ? {} : { directory: own(directory) }),
    ...(folders === undefined
      ? {}
      : { folders: Object.fromEntries(Object.entries(folders).map(([path, each]) => [path, own(each)])) }),
  };
}

const placeholder = '{user}';
