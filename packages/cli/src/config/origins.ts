import { printable } from '../printable.ts';

/** Where a value comes from. */
export type Origin =
  | { readonly kind: 'file'; readonly file: string; readonly line: number }
  | { readonly kind: 'environment'; readonly variable: string }
  | { readonly kind: 'flag'; readonly flag: string };

/** Flags by the key that they set. `listeners` has two, and `--listen` is the one to speak of. */
const flagNames: Readonly<Record<string, string>> = {
  directory: 'DIR',
  listeners: '--listen',
  users: '--user',
  accounts: '--accounts',
  'anonymous.enabled': '--anonymous',
  'passive.enabled': '--modes',
  'passive.ports': '--passive-ports',
  'passive.addresses': '--passive-address',
  'passive.single-port': '--single-port',
  'router.open': '--open-router',
  'active.enabled': '--modes',
  'active.source-port': '--active-source-port',
  'tls.certificate': '--tls-cert',
  'tls.key': '--tls-key',
  'tls.self-signed': '--tls-self-signed',
  'tls.require': '--require-tls',
  'timeouts.data': '--data-timeout',
  'timeouts.shutdown': '--grace',
  workers: '--workers',
  'logs.format': '--json',
  'logs.level': '--verbose',
  'logs.trace': '--trace',
};

export function flagOf(path: string): string {
  return flagNames[path] ?? path;
}

/** What was set, and where. Paths are `users.0.name`. */
export class Origins {
  readonly #set: ReadonlyMap<string, Origin>;
  readonly #hasFile: boolean;

  constructor(set: ReadonlyMap<string, Origin>, { hasFile }: { readonly hasFile: boolean }) {
    this.#set = set;
    this.#hasFile = hasFile;
  }

  /** Some of it may stand in a file. */
  get hasFile(): boolean {
    return this.#hasFile;
  }

  /** Of the key, or of what it is in. Undefined: a default. */
  of(path: string): Origin | undefined {
    for (let at = path; at !== ''; at = at.slice(0, Math.max(0, at.lastIndexOf('.')))) {
      const found = this.#set.get(at);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  isSet(path: string): boolean {
    return this.#set.has(path);
  }

  /** What whoever set it calls it: the flag, or the key. */
  name(path: string): string {
    const origin = this.of(path);
    if (origin?.kind === 'environment') return origin.variable;
    const flag = flagNames[path.replace(/\.\d+$/, '')];
    const spoken = origin?.kind === 'flag' || (origin === undefined && !this.#hasFile);
    if (spoken && flag !== undefined) return flag;
    return path.replace(/\.(\d+)(?=\.|$)/g, (_, index: string) => ` ${Number(index) + 1}`);
  }

  /** What goes before a file name: `duoport.yaml, line 4: directory`, `--tls-cert`; nothing where the name says it all. */
  label(path: string): string {
    const origin = this.of(path);
    if (path === 'directory' && (origin === undefined || origin.kind === 'flag')) return '';
    return this.where(path).slice(0, -2);
  }

  /** `duoport.yaml, line 4: passive.ports: `, `--passive-ports: ` or `DUOPORT_PASSIVE_PORTS: `. */
  where(path: string): string {
    const origin = this.of(path);
    const place = origin?.kind === 'file' ? `${printable(origin.file)}, line ${origin.line}: ` : '';
    return `${place}${printable(this.name(path))}: `;
  }
}

/** `duoport.yaml:4`, `DUOPORT_PASSIVE_PORTS`, `--passive-ports` or `default`. */
export function originText(origin: Origin | undefined): string {
  if (origin === undefined) return 'default';
  if (origin.kind === 'file') return `${printable(origin.file)}:${origin.line}`;
  return origin.kind === 'flag' ? origin.flag : origin.variable;
}
