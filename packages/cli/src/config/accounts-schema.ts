import { isPrivateUrl } from '@duoport/net';
import { InvalidArgumentError } from 'commander';
import { z } from 'zod';
import { parseDuration } from '../flags/values.ts';
import { facts, line, shortOrMap, written } from './kinds.ts';
import { ruleWords } from './user-schema.ts';

const rules = ruleWords.optional().meta(
  facts('What holds for all of them: keys of `users`. `{user}` in a folder is the name.', {
    otherwise: 'nothing more',
    examples: [{ directory: '/srv/ftp/{user}', permissions: 'read' }],
  }),
);

const common = {
  rules,
  optional: z
    .boolean()
    .default(false)
    .meta(facts('When it cannot be asked, the next in the list is; otherwise logins get 421 meanwhile.')),
};

const time = (usual: string, description: string) =>
  written(parseDuration).prefault(usual).meta(facts(description));
const count = (usual: number, most: number, description: string) =>
  z.int().min(1).max(most).default(usual).meta(facts(description));
const secret = (least: number) =>
  line(1024).min(least, `Write at least ${least} characters.`).meta({ writeOnly: true });

const database = z
  .strictObject({
    type: z.literal('database'),
    at: line(4096).meta(
      facts('An SQLite file, or `postgres://user@host/database`.', {
        writeOnly: true,
        examples: ['accounts.db'],
      }),
    ),
    optional: common.optional,
  })
  .meta(facts('Users of `duoport user`.'));

const module = z
  .strictObject({
    type: z.literal('module'),
    path: line(4096).meta(
      facts('A JavaScript module that exports `login`.', { examples: ['./accounts.mjs'] }),
    ),
    timeout: time('5s', 'For one answer.'),
    ...common,
  })
  .meta(facts('Functions of your own.'));

const http = z
  .strictObject({
    type: z.literal('http'),
    url: url(['https:', 'http:']).meta(
      facts('Where to post.', { examples: ['https://example.org/ftp-login'] }),
    ),
    secret: secret(16).meta(
      facts('Known to both sides: every request is signed with it.', { writeOnly: true }),
    ),
    ca: line(4096)
      .optional()
      .meta(
        facts('Trust this authority instead of the usual ones, a PEM file.', { otherwise: 'the usual ones' }),
      ),
    clear: z.boolean().default(false).meta(facts('Passwords may go to another machine in clear.')),
    timeout: time('5s', 'For one answer.'),
    connections: count(8, 256, 'At a time; each worker has its own.'),
    remember: written(parseDuration)
      .optional()
      .meta(
        facts('Who was let in is let in again for so long without a question.', {
          otherwise: 'each login is asked about',
          examples: ['1m'],
        }),
      ),
    ...common,
  })
  .superRefine(({ url: where, clear }, context) => {
    if (!clear && !isPrivateUrl(new URL(where)))
      context.addIssue({
        code: 'custom',
        path: ['url'],
        message: 'Passwords would cross the network in clear: write https://, or set clear to true.',
      });
  })
  .meta(facts('A service of yours that is asked over HTTP.'));

const system = z
  .strictObject({
    type: z.literal('system'),
    'min-uid': z
      .int()
      .min(1)
      .max(4_294_967_295)
      .default(1000)
      .meta(facts('Only users from this number on; root never.')),
    'check-shell': z.boolean().default(true).meta(facts('Only users whose shell is in `/etc/shells`.')),
    ...common,
  })
  .meta(facts('The users of this machine, by /etc/passwd and /etc/shadow.'));

const attribute = line(255).regex(/^[\w;.-]+$/, 'Write the name of an attribute.');

const ldap = z
  .strictObject({
    type: z.literal('ldap'),
    url: url(['ldaps:', 'ldap:']).meta(facts('The server.', { examples: ['ldaps://ldap.example.org'] })),
    tls: z
      .enum(['start', 'none'])
      .optional()
      .meta(
        facts('For `ldap://`: `start` goes over to TLS first (StartTLS); `none` sends passwords in clear.', {
          otherwise: '`start`, but for this machine',
        }),
      ),
    ca: line(4096)
      .optional()
      .meta(
        facts('Trust this authority instead of the usual ones, a PEM file.', { otherwise: 'the usual ones' }),
      ),
    'bind-dn': line(1024)
      .optional()
      .meta(facts('Who searches.', { otherwise: 'anonymous' })),
    'bind-password': secret(1)
      .optional()
      .meta(facts('The password of who searches.', { otherwise: 'none', writeOnly: true })),
    base: line(1024)
      .optional()
      .meta(facts('Where users are searched.', { examples: ['ou=people,dc=example,dc=org'] })),
    scope: z.enum(['sub', 'one']).default('sub').meta(facts('`one`: right below the base only.')),
    filter: line(4096)
      .includes('{user}', { message: 'It needs {user}, the place of the name.' })
      .regex(/^\(.*\)$/, 'A filter stands in brackets: (uid={user}).')
      .optional()
      .meta(facts('Which entry is meant; `{user}` is the name.', { otherwise: '`(uid={user})`' })),
    'user-dn': line(1024)
      .includes('{user}', { message: 'It needs {user}, the place of the name.' })
      .optional()
      .meta(
        facts('Instead of a search: the distinguished name, made of the name.', {
          examples: ['uid={user},ou=people,dc=example,dc=org'],
        }),
      ),
    'name-attribute': attribute.default('uid').meta(facts('The attribute with the name as it is meant.')),
    attributes: z
      .record(z.string(), attribute)
      .optional()
      .meta(
        facts('Attributes that say rules, by the key of `users` that they are for.', {
          otherwise: 'none',
          examples: [{ directory: 'homeDirectory' }],
        }),
      ),
    'group-base': line(1024)
      .optional()
      .meta(facts('Where groups are searched.', { otherwise: 'nowhere' })),
    'group-filter': line(4096)
      .regex(/^\(.*\)$/, 'A filter stands in brackets: (memberUid={user}).')
      .optional()
      .meta(
        facts('Which groups a user is in; `{user}` is the name, `{dn}` the distinguished name.', {
          otherwise: '`member`, `uniqueMember` or `memberUid` names the user',
        }),
      ),
    'group-name': attribute.default('cn').meta(facts('The attribute with the name of a group.')),
    'member-of': attribute.optional().meta(
      facts('An attribute of the user that names the groups.', {
        otherwise: 'none',
        examples: ['memberOf'],
      }),
    ),
    'only-groups': z
      .array(line())
      .min(1, 'Name a group, or leave the key out.')
      .optional()
      .meta(facts('Only who is in one of them is let in.', { otherwise: 'everybody' })),
    groups: z
      .record(line(), ruleWords)
      .optional()
      .meta(facts('Rules by group; a later one wins.', { examples: [{ staff: { permissions: 'all' } }] })),
    timeout: time('5s', 'For all that one login asks.'),
    connections: count(4, 256, 'At a time to search, and as many to try passwords; each worker has its own.'),
    ...common,
  })
  .superRefine((given, context) => {
    const issue = (path: string, message: string) =>
      context.addIssue({ code: 'custom', path: [path], message });
    if ((given.base === undefined) === (given['user-dn'] === undefined))
      issue('base', 'Write either base, to search, or user-dn, where the name is all that it takes.');
    if (given.tls !== undefined && given.url.startsWith('ldaps:')) issue('tls', 'It is for ldap:// only.');
    if ((given['bind-dn'] === undefined) !== (given['bind-password'] === undefined))
      issue('bind-dn', 'bind-dn and bind-password go together.');
    const grouped = given['only-groups'] ?? given.groups;
    if (grouped !== undefined && given['group-base'] === undefined && given['member-of'] === undefined)
      issue(given.groups === undefined ? 'only-groups' : 'groups', 'It needs group-base or member-of.');
    const unknown = Object.keys(given.attributes ?? {}).find((key) => !attributeRules.has(key));
    if (unknown !== undefined) issue('attributes', `An attribute can say ${[...attributeRules].join(', ')}.`);
  })
  .meta(facts('An LDAP directory.'));

/** What an attribute can hold: rules that are one value, or a list of words. */
const attributeRules: ReadonlySet<string> = new Set(
  Object.keys(ruleWords.shape).filter((key) => key !== 'paths' && key !== 'folders'),
);

/** One of `accounts`. */
const source = shortOrMap(
  'FILE.db|postgres://…|FILE.mjs',
  sourceMap,
  z.discriminatedUnion('type', [database, ldap, http, module, system], {
    error: 'Write one of database, ldap, http, module, system.',
  }),
);

/** Where users come from, beside `users`. */
export const accounts = z
  .preprocess(
    (given) => (typeof given === 'string' ? [given] : given),
    z.array(source).min(1, 'Name a place, or leave the key out.'),
  )
  .optional()
  .meta({
    ...facts(
      'More users: one place, or a list that is asked in this order; the first that knows the name decides.',
      {
        otherwise:
          '`accounts.db` beside the settings file once it is there; without a file, when nobody else may log in',
        writeOnly: true,
      },
    ),
    orOne: true,
  });

/** A place that is written as one word. */
function sourceMap(text: string): object {
  if (/^postgres(?:ql)?:\/\//i.test(text)) return { type: 'database', at: text };
  const [, scheme] = /^(ldaps?|https?):\/\//i.exec(text) ?? [];
  if (scheme !== undefined) {
    const type = scheme.toLowerCase().startsWith('ldap') ? 'ldap' : 'http';
    throw new InvalidArgumentError(`Write it as a map: {type: ${type}, url: …}.`);
  }
  if (/\.[cm]?[jt]s$/.test(text)) return { type: 'module', path: text };
  return { type: 'database', at: text };
}

/** The same with what a map leaves out. */
export function sourceOf(text: string): SourceSettings {
  return source.parse(text);
}

function url(protocols: readonly string[]) {
  return line(2048).refine(
    (text) => {
      const parsed = URL.canParse(text) ? new URL(text) : undefined;
      return parsed !== undefined && protocols.includes(parsed.protocol) && parsed.hostname !== '';
    },
    `Write a URL that begins with ${protocols.map((each) => `${each}//`).join(' or ')}.`,
  );
}

export type SourceSettings = z.output<typeof source>;
