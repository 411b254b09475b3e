import type { AdvertisedRule } from '@duoport/net';
import type { TlsPart } from '@duoport/server';
import type { ModeSet, PortRange } from '../flags/values.ts';
import { printable } from '../printable.ts';
import { urlHost } from './quoting.ts';

/** What stands at its doors and waits for clients, as far as they must know it. */
export interface Standing {
  readonly doors: readonly {
    readonly port: number;
    readonly implicitTls: boolean;
    readonly addresses: readonly string[];
  }[];
  readonly modes: ModeSet;
  readonly passivePorts: PortRange;
  readonly singlePort: boolean;
  readonly passiveAddress: readonly AdvertisedRule[] | undefined;
  readonly activeSourcePort: number | undefined;
  readonly certificate:
    | { readonly sha256: string; readonly sha1: string; readonly pin: string; readonly selfSigned: boolean }
    | undefined;
  /** The certificate is still being fetched. */
  readonly awaited?: boolean;
  readonly requireTls: 'none' | 'both' | TlsPart | readonly TlsPart[];
  /** Why the port is not 21, when it is not by choice. */
  readonly portRemark: string | undefined;
}

/** A line of an announcement: what it is about, and what is said. */
export type Row = readonly [name: string, text: string];

export function rowLine([name, text]: Row): string {
  return `  ${name.padEnd(10)}${text}`;
}

export function addressRows({ doors, portRemark }: Pick<Standing, 'doors' | 'portRemark'>): readonly Row[] {
  const remark = portRemark === undefined ? [] : [['', `(${portRemark})`] as const];
  return [
    ...doors.flatMap(doorRows).map((text, index) => [index === 0 ? 'address' : '', text] as const),
    ...remark,
  ];
}

function doorRows(door: Standing['doors'][number]): readonly string[] {
  const scheme = door.implicitTls ? 'ftps' : 'ftp';
  return door.addresses.map((address, index) => {
    const note = door.implicitTls && index === 0 ? '   TLS from the first byte' : '';
    return `${scheme}://${urlHost(address)}:${door.port}/${note}`;
  });
}

/** How data connections come about; `self` is what this is to its clients. */
export function modeRows(what: Standing, self: 'this server' | 'the gateway'): readonly Row[] {
  const { modes, passivePorts, singlePort, passiveAddress, activeSourcePort } = what;
  const where = singlePort ? 'the same port' : `port ${range(passivePorts)}`;
  const told = passiveAddress === undefined ? '' : `, announced as ${passiveAddress.map(toldAs).join(', ')}`;
  const rows: Row[] = [];
  if (modes.passive) rows.push(['passive', `the client opens the data connection, to ${where} here${told}`]);
  if (modes.active) {
    const port = activeSourcePort === undefined ? 'any port' : `port ${activeSourcePort}`;
    rows.push(['active', `${self} opens the data connection, from ${port} here`]);
  }
  return rows;
}

/** `203.0.113.7`, `203.0.113.7 ports +10000 (to 10.0.0.0/8)`. */
function toldAs({ address, clients, portOffset = 0 }: AdvertisedRule): string {
  const ports = portOffset === 0 ? '' : ` ports ${portOffset > 0 ? '+' : ''}${portOffset}`;
  return `${printable(address)}${ports}${clients === undefined ? '' : ` (to ${clients.join(', ')})`}`;
}

export function tlsRows(what: Standing): readonly Row[] {
  const required = requiredText(what.requireTls);
  if (what.certificate === undefined && what.awaited === true)
    return [['TLS', `${required}; the certificate is being fetched, and there is no TLS until it is here`]];
  if (what.certificate === undefined) {
    return [['TLS', 'none: passwords and files can be read on the way. --tls-self-signed turns it on.']];
  }
  const { selfSigned, sha256 } = what.certificate;
  const rows: Row[] = [['TLS', `${required}; the certificate is ${selfSigned ? 'self-signed' : 'yours'}`]];
  if (selfSigned) rows.push(['SHA-256', sha256]);
  return rows;
}

function requiredText(required: Standing['requireTls']): string {
  const parts: readonly string[] = typeof required === 'string' ? [required] : required;
  const control = parts.some((part) => part === 'control' || part === 'login');
  const data = parts.includes('data');
  if (parts.includes('both') || (control && data)) return 'required';
  if (control) return 'required for logging in';
  return data ? 'required for data connections' : 'offered, not required';
}

/** `2121 and 50000-50100` */
export function openPorts(what: Standing): string {
  const control = [...new Set(what.doors.map((door) => String(door.port)))];
  const all = [...control, ...(what.modes.passive && !what.singlePort ? [range(what.passivePorts)] : [])];
  return [all.slice(0, -1).join(', '), all.at(-1) ?? ''].filter((part) => part !== '').join(' and ');
}

export function range({ low, high }: PortRange): string {
  return low === high ? String(low) : `${low}-${high}`;
}
