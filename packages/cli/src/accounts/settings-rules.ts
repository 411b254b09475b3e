import { type AccountRules, allPermissions, type Permission, readPermissions } from '@duoport/server';
import { problemsOf } from '../config/problem.ts';
import { type RuleWords, ruleWords } from '../config/user-schema.ts';
import { usageRulesOfWords } from './usage-rules.ts';

/** The keys of a user in the settings, as rules; what is left out stays out. */
export function rulesOfWords(words: RuleWords): AccountRules {
  const { directory, home, permissions, paths, folders, enabled, expires, networks, modes, sessions } = words;
  return {
    directory,
    home,
    permissions: permissions && [...permissionsOf(permissions)],
    paths:
      paths &&
      Object.fromEntries(Object.entries(paths).map(([path, list]) => [path, [...permissionsOf(list)]])),
    folders,
    enabled,
    expires,
    networks,
    requireTls: words['require-tls'],
    modes,
    sessions,
    rateDown: words['rate-down'],
    rateUp: words['rate-up'],
    ...usageRulesOfWords(words),
  };
}

/** Rules that another program wrote in the words of the settings. Throws an Error that names the key. */
export function readRules(written: Readonly<Record<string, unknown>>): AccountRules {
  const parsed = ruleWords.safeParse(written);
  if (parsed.success) return rulesOfWords(parsed.data);
  const [problem] = problemsOf(parsed.error.issues, Object.keys(ruleWords.shape));
  throw new Error(`${problem?.path}: ${problem?.text}`);
}

export function permissionsOf(written: RuleWords['permissions'] | 'none' = 'all'): ReadonlySet<Permission> {
  if (written === 'all') return allPermissions;
  if (written === 'none') return new Set();
  return written === 'read' ? readPermissions : new Set(written);
}
