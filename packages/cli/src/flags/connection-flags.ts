import { readFile } from 'node:fs/promises';
import type { ConnectOptions, DataMode, PassiveAddressPolicy, TlsMode } from '@duoport/client';
import { type Command, Option } from 'commander';
import { printable } from '../printable.ts';
import { UsageError } from '../usage-error.ts';
import { type PortRange, parseDuration, parseFingerprint, parsePortRange } from './values.ts';

/** The flags that every command with a URL has. */
export interface ConnectionFlags {
  readonly mode?: DataMode;
  readonly portRange?: PortRange;
  readonly externalAddress?: string;
  readonly bind?: string;
  readonly pasvAddress?: PassiveAddressPolicy;
  readonly tls?: TlsMode;
  readonly insecure?: boolean;
  readonly fingerprint?: string;
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly passwordFile?: string;
  readonly netrc: boolean;
  readonly timeout?: number;
  readonly trace?: boolean;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

/** Adds the flags of {@link ConnectionFlags} to a command, or those of them that have a meaning there. */
export function addConnectionFlags(command: Command, names?: ReadonlySet<keyof ConnectionFlags>): Command {
  for (const option of options()) {
    if (names?.has(option.attributeName() as keyof ConnectionFlags) ?? true) command.addOption(option);
  }
  return command;
}

function options(): readonly Option[] {
  const choice = (flags: string, text: string, choices: readonly string[]): Option =>
    new Option(flags, text).choices(choices);
  return [
    choice(
      '--mode <mode>',
      'who opens the data connection: the server (active), the client (passive), or the client and, failing that, the server',
      ['auto', 'passive', 'active'],
    ),
    new Option('--port-range <lo-hi>', 'active mode: listen on these ports').argParser(parsePortRange),
    new Option(
      '--external-address <addr>',
      'active mode: the address to announce when it is not the local one (NAT)',
    ),
    new Option('--bind <addr>', 'local address of both connections'),
    choice('--pasv-address <which>', 'address to dial after a 227 reply', ['control', 'reply', 'auto']),
    choice('--tls <how>', 'AUTH TLS, TLS from the first byte, or none', ['explicit', 'implicit', 'none']),
    new Option('--insecure', 'accept any certificate'),
    new Option('--fingerprint <sha256>', 'accept exactly the certificate with this SHA-256').argParser(
      parseFingerprint,
    ),
    new Option('--ca <file>', 'trust the certificates in this PEM file instead of the built-in ones'),
    new Option('--cert <file>', 'a certificate of yours, for servers that ask for one (PEM)'),
    new Option('--key <file>', 'its key (PEM); without this it stands in the file of --cert'),
    new Option('--password-file <file>', 'read the password from the first line of this file'),
    new Option('--no-netrc', 'do not look into ~/.netrc'),
    new Option('--timeout <time>', 'give up when nothing happens for so long: 30, 500ms, 2m').argParser(
      parseDuration,
    ),
    new Option('--trace', 'draw both connections as a timeline, on stderr'),
    new Option('--json', 'print results as JSON, one object a line'),
    new Option('-q, --quiet', 'print no talk, only results and errors'),
  ];
}

/** What `connect` needs of the flags. Reads the CA file. */
export async function connectOptionsOf(flags: ConnectionFlags): Promise<ConnectOptions> {
  if (flags.tls === 'none' && (flags.fingerprint ?? flags.ca) !== undefined) {
    throw new UsageError(
      '--tls none cannot go with --fingerprint or --ca: without TLS there is no certificate to check.',
    );
  }
  if (flags.key !== undefined && flags.cert === undefined)
    throw new UsageError('--key goes with --cert: the certificate that it belongs to.');
  if (flags.tls === 'none' && flags.cert !== undefined)
    throw new UsageError('--tls none cannot go with --cert: certificates are shown in TLS.');
  if (flags.mode === 'passive' && (flags.portRange ?? flags.externalAddress) !== undefined) {
    throw new UsageError(
      '--port-range and --external-address are for active mode: leave them out, or leave out --mode passive.',
    );
  }
  const { timeout } = flags;
  return defined({
    mode: flags.mode,
    portRange: flags.portRange,
    externalAddress: flags.externalAddress,
    bindAddress: flags.bind,
    passiveAddress: flags.pasvAddress,
    tls: flags.tls,
    insecure: flags.insecure,
    fingerprint: flags.fingerprint,
    ca: flags.ca === undefined ? undefined : await readText('--ca', flags.ca),
    cert: flags.cert === undefined ? undefined : await readText('--cert', flags.cert),
    key: flags.cert === undefined ? undefined : await readText('--key', flags.key ?? flags.cert),
    timeouts:
      timeout === undefined
        ? undefined
        : { connect: timeout, reply: timeout, dataOpen: timeout, stall: timeout },
  });
}

/** A file that a flag names; when it cannot be read, the error names the flag. */
export async function readText(flag: string, path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    const why = (cause as NodeJS.ErrnoException).code ?? String(cause);
    throw new UsageError(`${flag} ${printable(path)}: cannot be read (${why}).`, { cause });
  }
}

/** Without the properties that are undefined: for options where "not given" and "undefined" are different types. */
function defined<T extends object>(value: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  const entries = Object.entries(value).filter(([, held]) => held !== undefined);
  return Object.fromEntries(entries) as { [K in keyof T]?: Exclude<T[K], undefined> };
}
