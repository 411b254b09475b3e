import type { Tree } from '../config/tree.ts';
import { ldapPlace } from './ldap-place.ts';
import { proftpdLogs } from './log-files.ts';
import { type Directive, type Imported, portRange, Translation } from './options.ts';
import { proftpdLimits } from './proftpd-limits.ts';
import { proftpdRows } from './proftpd-rows.ts';
import { proftpdTls } from './proftpd-tls.ts';

interface Placed extends Directive {
  /** The sections that it stands in, without those that only ask for a module: `['limit pasv epsv']`. */
  readonly inside: readonly string[];
}

/** proftpd.conf: directives in sections like Apache's. A backslash at the end joins the next line. */
export function parseProftpd(text: string): readonly Placed[] {
  const found: Placed[] = [];
  const sections: string[] = [];
  const lines = text.split(/\r?\n/);
  for (let at = 0; at < lines.length; at += 1) {
    const line = at + 1;
    let content = lines[at] ?? '';
    while (content.endsWith('\\') && at + 1 < lines.length)
      content = `${content.slice(0, -1)} ${lines[++at]}`;
    const trimmed = content.trim();
    if (trimmed === '' || trimmed.startsWith('#')) continue;
    if (trimmed.startsWith('</')) {
      sections.pop();
      continue;
    }
    const inside = sections.filter((section) => !/^(?:ifmodule|ifdefine|ifversion|global)\b/i.test(section));
    const section = /^<\s*(\w+)\s*(.*?)>$/.exec(trimmed);
    if (section?.[1] !== undefined) {
      const [, name, value = ''] = section;
      sections.push(`${name} ${value}`.trim());
      if (!/^(?:ifmodule|ifdefine|ifversion|global)$/i.test(name ?? ''))
        found.push({ name: `<${name}>`, value: unquoted(value), line, inside });
      continue;
    }
    const [, name = '', value = ''] = /^(\S+)\s*(.*)$/.exec(trimmed) ?? [];
    found.push({ name, value: unquoted(value.trim()), line, inside });
  }
  return found;
}

function unquoted(value: string): string {
  return /^"[^"]*"$/.test(value) ? value.slice(1, -1) : value;
}

const verbs = { passive: ['PASV', 'EPSV'], active: ['PORT', 'EPRT'] } as const;
type Mode = keyof typeof verbs;

/** What proftpd.conf says, as our settings. */
export function importProftpd(text: string): Imported {
  const all = parseProftpd(text);
  const denied = deniedVerbs(all);
  const options = new Translation(translatable(all), proftpdRows);
  modes(options, denied);
  listeners(options);
  proftpdLimits(options);
  proftpdTls(options);
  proftpdLogs(options);
  anonymous(options, all);
  const [kind, ident = ''] = splitOnce(options.text('ServerIdent') ?? '');
  if (kind.toLowerCase() === 'on' && ident !== '') options.set('protocol.greeting', unquoted(ident));
  else if (kind !== '')
    options.leave('ServerIdent', 'The greeting stays as it is: protocol.greeting changes it.');
  uploads(options);
  // Nobody gets in by a password that was made up: the users are to be written.
  options.set('users', []);
  places(options);
  return options.done();
}

function uploads(options: Translation): void {
  if (!options.yes('AllowOverwrite', true)) options.set('uploads.overwrite', 'refuse');
  // On, off, or how the hidden names begin.
  const isHidden = !/^(?:off|no|false|0|)$/i.test(options.text('HiddenStores') ?? '');
  if (isHidden) options.set('uploads.mode', 'atomic');
  if (options.yes('DeleteAbortedStores', isHidden)) options.set('uploads.partial', 'remove');
}

/** The verbs that `<Limit …> DenyAll` at the top takes away. */
function deniedVerbs(all: readonly Placed[]): ReadonlySet<string> {
  const denials = all.filter(({ name, inside }) => /^DenyAll$/i.test(name) && inside.length === 1);
  return new Set(denials.flatMap(({ inside: [limit = ''] }) => limitVerbs(limit)));
}

function limitVerbs(section: string): readonly string[] {
  const [name, ...words] = section.split(/\s+/);
  return name?.toLowerCase() === 'limit' ? words.map((word) => word.toUpperCase()) : [];
}

/** What is inside a section goes with the section; `<Limit PASV EPSV>` at the top is taken apart. */
function translatable(all: readonly Placed[]): readonly Directive[] {
  const known: readonly string[] = [...verbs.passive, ...verbs.active];
  return all.flatMap(({ name, value, line, inside }): readonly Directive[] => {
    if (inside.length > 0) return [];
    const limited = /^<Limit>$/i.test(name) ? limitVerbs(`limit ${value}`) : [];
    if (limited.length === 0 || !limited.every((verb) => known.includes(verb)))
      return [{ name, value, line }];
    return limited.map((verb) => ({ name: `<Limit ${verb}>`, value: '', line }));
  });
}

function modes(options: Translation, denied: ReadonlySet<string>): void {
  const off = (mode: Mode) => verbs[mode].every((verb) => denied.has(verb));
  for (const mode of ['passive', 'active'] as const) {
    if (off(mode)) {
      if (mode === 'active' && off('passive'))
        options.note('<Limit>', 'Both modes are taken away: active mode stays on.');
      else options.set(`${mode}.enabled`, false);
      continue;
    }
    const half = verbs[mode].find((verb) => denied.has(verb));
    if (half !== undefined)
      options.leave(`<Limit ${half}>`, `${mode}.enabled holds for ${verbs[mode].join(' and ')} together.`);
  }
  if (off('passive')) {
    options.unused(['PassivePorts', 'MasqueradeAddress'], 'Passive mode is off.');
    return;
  }
  passivePorts(options);
  const address = options.text('MasqueradeAddress');
  if (address !== undefined) options.set('passive.addresses', [address]);
  foreign(options);
}

function passivePorts(options: Translation): void {
  const value = options.text('PassivePorts');
  if (value === undefined) {
    options.note(
      'PassivePorts',
      'ProFTPD takes any port when it is not set; here it is 50000-50100: open those, or set passive.ports.',
    );
    return;
  }
  const [low = Number.NaN, high = Number.NaN] = value.split(/\s+/).map(Number);
  const found =
    Number.isInteger(low) && Number.isInteger(high)
      ? portRange(low, high)
      : { problem: 'Two ports are written LOW HIGH.' };
  if ('range' in found) options.set('passive.ports', found.range);
  else options.leave('PassivePorts', found.problem);
}

function foreign(options: Translation): void {
  const value = options.text('AllowForeignAddress');
  if (value === undefined || /^(?:on|off)$/i.test(value)) {
    if (options.yes('AllowForeignAddress', false)) options.set('data.peers', 'any');
  } else options.leave('AllowForeignAddress', `The class ${value} is a list of networks here: data.peers.`);
}

function listeners(options: Translation): void {
  const port = options.port('Port') ?? 21;
  const host = options.text('DefaultAddress') ?? (options.yes('UseIPv6', true) ? undefined : '0.0.0.0');
  const implicit = options.yes('TLSEngine', false) && options.yes('UseImplicitSSL', false);
  if (port === 0) {
    options.leave('Port', 'Port 0 serves nobody over there: name the port in listeners.');
    return;
  }
  options.set('listeners', [
    { ...(host === undefined ? {} : { host }), port, ...(implicit ? { tls: 'implicit' } : {}) },
  ]);
}

/** Where users come from, in the order of AuthOrder. */
function places(options: Translation): void {
  const order = (options.text('AuthOrder') ?? '').toLowerCase().split(/\s+/);
  const shell = options.yes('RequireValidShell', true) ? {} : { 'check-shell': false };
  const all: Tree[] = order.flatMap((module): readonly Tree[] => {
    const name = module.replace(/\.c\*?$/, '');
    if (name === 'mod_ldap') return ldap(options);
    return name === 'mod_auth_unix' || (name === 'mod_auth_pam' && !order.includes('mod_auth_unix.c'))
      ? [{ type: 'system', ...shell }]
      : [];
  });
  if (options.text('AuthOrder') === undefined) all.push(...ldap(options));
  if (all.length > 0) options.set('accounts', all);
  else
    options.note(
      'AuthOrder',
      'ProFTPD lets the users of the machine in when it says nothing: accounts: [{type: system}] does.',
    );
}

function ldap(options: Translation): readonly Tree[] {
  const server = options.text('LDAPServer');
  if (server === undefined) return [];
  const [base = '', filter] = words(options.text('LDAPUsers') ?? '');
  if (base === '') {
    options.leave('LDAPServer', 'There is no LDAPUsers: write the base as `base` of one of accounts.');
    return [];
  }
  const [bindDn, bindPassword] = words(options.text('LDAPBindDN') ?? '');
  const one = /^one/i.test(options.text('LDAPSearchScope') ?? '');
  const tls = options.yes('LDAPUseTLS', false) ? 'start' : 'none';
  const named = (filter ?? '(&(uid=%v)(objectClass=posixAccount))').replace(/%[uv]/g, '{user}');
  return [
    ldapPlace({
      server: unquoted(server),
      tls,
      base,
      filter: named,
      bindDn,
      bindPassword,
      scope: one ? 'one' : 'sub',
    }),
  ];
}

/** Words, some of them in quotes. */
function words(text: string): readonly string[] {
  return (text.match(/"[^"]*"|\S+/g) ?? []).map(unquoted);
}

function anonymous(options: Translation, all: readonly Placed[]): void {
  const section = all.find(({ name }) => /^<Anonymous>$/i.test(name));
  if (section === undefined) return;
  options.set('anonymous.enabled', true);
  if (section.value.startsWith('/')) options.set('anonymous.directory', section.value);
  else {
    options.set('anonymous.directory', '/srv/ftp');
    options.note(
      '<Anonymous>',
      `The folder ${section.value} is a home of the system: anonymous.directory is set to /srv/ftp.`,
    );
  }
  if (
    all.some(
      ({ name, inside }) =>
        /^AllowAll$/i.test(name) && inside.some((one) => /^limit.*\b(?:STOR|WRITE)\b/i.test(one)),
    )
  )
    options.note('<Limit STOR>', 'Anonymous users only read.');
}

function splitOnce(text: string): readonly [string, string | undefined] {
  const [, first = '', rest] = /^(\S*)\s*(.*)$/.exec(text) ?? [];
  return [first, rest];
}
