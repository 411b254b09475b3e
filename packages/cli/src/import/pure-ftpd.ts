import type { Tree } from '../config/tree.ts';
import { ldapPlace } from './ldap-place.ts';
import { pureFtpdLogs } from './log-files.ts';
import { type Directive, type Imported, portRange, Translation } from './options.ts';
import { pureFtpdLetters, pureFtpdRows } from './pure-ftpd-rows.ts';

/** pure-ftpd.conf: `Name value`. A # begins a comment. */
export function parsePureFtpdFile(text: string): readonly Directive[] {
  return text.split(/\r?\n/).flatMap((line, index): readonly Directive[] => {
    const match = /^\s*([A-Za-z]\w*)\s+(.*)$/.exec(line);
    return match?.[1] === undefined
      ? []
      : [{ name: match[1], value: (match[2] ?? '').trim(), line: index + 1 }];
  });
}

/** A folder in which each option is a file with one value, as Debian has it: name → text. */
export function parsePureFtpdFolder(files: Readonly<Record<string, string>>): readonly Directive[] {
  return Object.entries(files).flatMap(([name, text]): readonly Directive[] => {
    const lines = text.split(/\r?\n/).map((line) => line.trim());
    const at = lines.findIndex((line) => line !== '' && !line.startsWith('#'));
    return at < 0 ? [] : [{ name, value: lines[at] ?? '', line: at + 1 }];
  });
}

/** Letters that stand alone; all others take a value. */
const switches = new Set('0146AbBdDeEGHijKMNorRswWxXzZ');
const longNames: Readonly<Record<string, string>> = {
  maxdiskusagepct: 'MaxDiskUsage',
  uploadscript: 'CallUploadScript',
};

/** The words of a command line, with or without the program before them. */
export function parsePureFtpdWords(words: readonly string[]): readonly Directive[] {
  const found: Directive[] = [];
  const add = (name: string, value: string) => found.push({ name, value, line: 1 });
  const left = [...words];
  for (let word = left.shift(); word !== undefined; word = left.shift()) {
    const long = /^--([a-z]+)(?:=(.*))?$/.exec(word);
    if (long?.[1] !== undefined) {
      const known = Object.keys(pureFtpdRows).find((name) => name.toLowerCase() === long[1]);
      const name = longNames[long[1]] ?? known ?? long[1];
      const letter = Object.entries(pureFtpdLetters).find(([, one]) => one === name)?.[0] ?? '';
      add(name, switches.has(letter) ? 'yes' : (long[2] ?? left.shift() ?? ''));
    } else if (/^-\w/.test(word)) {
      for (let at = 1; at < word.length; at += 1) {
        const letter = word[at] ?? '';
        const name = pureFtpdLetters[letter] ?? `-${letter}`;
        if (switches.has(letter)) add(name, 'yes');
        else {
          add(name, word.slice(at + 1) || (left.shift() ?? ''));
          break;
        }
      }
    }
  }
  return found;
}

/** What these options say, as our settings. */
export function importPureFtpd(directives: readonly Directive[]): Imported {
  const options = new Translation(directives, pureFtpdRows);
  passive(options);
  listeners(options);
  tls(options);
  pureFtpdLogs(options);
  people(options);
  if (options.yes('AllowUserFXP', false) || options.yes('AllowAnonymousFXP', false))
    options.set('data.peers', 'any');
  options.set('limits.sessions', options.number('MaxClientsNumber') || undefined);
  options.set('limits.sessions-per-address', options.number('MaxClientsPerIP') || undefined);
  uploads(options);
  const idle = options.number('MaxIdleTime', 1);
  options.set('timeouts.idle', idle === undefined ? undefined : `${idle}m`);
  return options.done();
}

function uploads(options: Translation): void {
  if (options.yes('AutoRename', false)) options.set('uploads.overwrite', 'rename-new');
  if (options.yes('NoTruncate', false)) options.set('uploads.mode', 'atomic');
  const used = options.number('MaxDiskUsage');
  if (used === undefined || used === 0 || used >= 100) return;
  if (used < 10) options.leave('MaxDiskUsage', 'At most 90% can stay free: set uploads.disk-floor yourself.');
  else options.set('uploads.disk-floor', `${100 - used}%`);
}

function passive(options: Translation): void {
  if (options.yes('NATmode', false)) {
    options.set('passive.enabled', false);
    options.unused(['PassivePortRange', 'ForcePassiveIP'], 'Passive mode is off.');
    return;
  }
  const value = options.text('PassivePortRange');
  if (value === undefined) {
    options.note(
      'PassivePortRange',
      'Pure-FTPd takes any port when it is not set; here it is 50000-50100: open those, or set passive.ports.',
    );
  } else {
    const [, low, high] = /^(\d{1,9})[\s:]+(\d{1,9})$/.exec(value) ?? [];
    const found =
      low === undefined
        ? { problem: 'Two ports are written LOW HIGH.' }
        : portRange(Number(low), Number(high));
    if ('range' in found) options.set('passive.ports', found.range);
    else options.leave('PassivePortRange', found.problem);
  }
  const address = options.text('ForcePassiveIP');
  if (address !== undefined) options.set('passive.addresses', [address]);
}

function listeners(options: Translation): void {
  const bind = options.text('Bind') ?? '';
  const [, address, port] = /^(?:([^,]*),)?(\d{1,5})?$/.exec(bind) ?? [undefined, bind.replace(/,$/, '')];
  const family = options.yes('IPV4Only', false) ? '0.0.0.0' : undefined;
  const host = address === undefined || address === '' ? family : address;
  if (options.yes('IPV6Only', false) && host === undefined)
    options.leave(
      'IPV6Only',
      'A listener on all addresses takes both families: name the addresses in listeners.',
    );
  options.set('listeners', [{ ...(host === undefined ? {} : { host }), port: Number(port ?? 21) }]);
}

const requirements = ['none', 'none', 'control', 'both'] as const;

function tls(options: Translation): void {
  const level = options.number('TLS') ?? 0;
  if (level === 0) {
    options.unused(['TLSCipherSuite', 'CertFile', 'CertFileAndKey'], 'TLS is off.');
    return;
  }
  const require = requirements[level];
  if (require === undefined) options.leave('TLS', 'It is 0, 1, 2 or 3.');
  options.set('tls.require', require);
  const pair =
    options
      .text('CertFileAndKey')
      ?.replaceAll('"', '')
      .split(/[\s,]+/) ?? [];
  const certificate = pair[0] ?? options.text('CertFile') ?? '/etc/ssl/private/pure-ftpd.pem';
  options.set('tls.certificate', certificate);
  options.set('tls.key', pair[1] ?? certificate);
  const ciphers = options.text('TLSCipherSuite');
  if (ciphers?.startsWith('-C:') === true)
    options.leave(
      'TLSCipherSuite',
      '-C asks for certificates of clients: set tls.client-certificates and tls.client-authorities.',
    );
  else options.set('tls.ciphers', ciphers);
}

function people(options: Translation): void {
  // Nobody gets in by a password that was made up: the users are to be written.
  options.set('users', []);
  places(options);
  if (options.yes('AnonymousOnly', false)) {
    options.set('anonymous.enabled', true);
    options.set('anonymous.directory', '/srv/ftp');
    options.note(
      'AnonymousOnly',
      'Its folder is the home of the user ftp: anonymous.directory is set to /srv/ftp.',
    );
  } else if (!options.yes('NoAnonymous', false)) {
    options.note(
      'NoAnonymous',
      'Pure-FTPd lets everybody in when it is not set: set anonymous.enabled to true if that is meant.',
    );
  }
}

function places(options: Translation): void {
  const all = [...ldap(options)];
  if (options.yes('UnixAuthentication', false)) {
    const lowest = options.number('MinUID', 1);
    all.push({ type: 'system', ...(lowest === undefined ? {} : { 'min-uid': lowest }) });
  } else options.unused(['MinUID'], 'There is no UnixAuthentication yes.');
  if (all.length > 0) options.set('accounts', all);
}

function ldap(options: Translation): readonly Tree[] {
  const server = options.text('LDAPServer');
  if (server === undefined) return [];
  const base = options.text('LDAPBaseDN');
  if (base === undefined) {
    options.leave('LDAPServer', 'There is no LDAPBaseDN: write it as `base` of one of accounts.');
    return [];
  }
  const usual = options.text('LDAPDefaultHomeDirectory');
  const place = ldapPlace({
    server,
    port: options.port('LDAPPort'),
    tls:
      options.text('LDAPScheme') === 'ldaps' ? 'whole' : options.yes('LDAPUseTLS', false) ? 'start' : 'none',
    base,
    filter: (options.text('LDAPFilter') ?? '(&(objectClass=posixAccount)(uid=\\L))').replaceAll(
      '\\L',
      '{user}',
    ),
    bindDn: options.text('LDAPBindDN'),
    bindPassword: options.text('LDAPBindPW'),
    home: options.text('LDAPHomeDir'),
  });
  return [usual === undefined ? place : { ...place, rules: { directory: usual } }];
}
