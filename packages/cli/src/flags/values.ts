import { type AdvertisedRule, networkSet } from '@duoport/net';
import { parseOutsideSource } from '@duoport/outside';
import { parseAddress } from '@duoport/protocol';
import { InvalidArgumentError } from 'commander';

/** Ports low to high, both included. */
export interface PortRange {
  readonly low: number;
  readonly high: number;
}

export const defaultPassivePorts: PortRange = { low: 50_000, high: 50_100 };

/** Where to listen: `host` is undefined when only a port was given. Port 0 asks for any free port. */
export interface ListenAddress {
  readonly host: string | undefined;
  readonly port: number;
}

export interface UserSpec {
  readonly name: string;
  readonly password: string;
  readonly readOnly: boolean;
}

/** Which connection modes a server offers. */
export interface ModeSet {
  readonly passive: boolean;
  readonly active: boolean;
}

// Commander puts the flag and the value in front of these messages, so they only say what is wrong and what would do.
function refuse(message: string): never {
  throw new InvalidArgumentError(message);
}

/** A TCP port, 1–65535; 0 only where the caller allows it ("any free port"). */
export function parsePort(text: string, lowest: 0 | 1 = 1): number {
  if (!/^\d{1,9}$/.test(text)) refuse(`A port is a number from ${lowest} to 65535.`);
  const port = Number(text);
  if (port < lowest || port > 65535) refuse(`Port ${port} does not exist: ports go from ${lowest} to 65535.`);
  return port;
}

/** How many processes run sessions. */
export function parseWorkers(text: string): number {
  const count = /^\d{1,4}$/.test(text) ? Number(text) : 0;
  if (count < 1 || count > 256) refuse('Workers are counted: a number from 1 to 256.');
  return count;
}

/** `50000-50100`, or one port `50000`. */
export function parsePortRange(text: string): PortRange {
  const match = /^(\d{1,9})(?:-(\d{1,9}))?$/.exec(text.trim());
  if (match?.[1] === undefined) return refuse('A port range is written LO-HI, for example 50000-50100.');
  const low = parsePort(match[1]);
  const high = parsePort(match[2] ?? match[1]);
  if (low > high) refuse(`The range is the wrong way round: write ${high}-${low}.`);
  return { low, high };
}

/** `[HOST:]PORT`; an IPv6 address stands in brackets: `[::1]:2121`. */
export function parseListen(text: string): ListenAddress {
  const match = /^(?:\[([0-9a-fA-F:.%\w]+)\]:|([^:[\]\s]+):)?(\d+)$/.exec(text);
  if (match?.[3] === undefined) {
    return refuse('An address is written [HOST:]PORT, for example 2121, 127.0.0.1:2121 or [::1]:2121.');
  }
  return { host: match[1] ?? match[2], port: parsePort(match[3], 0) };
}

/**
 * `NAME:PASSWORD[:ro]`. The name ends at the first colon; the password may hold colons. A password that itself ends in
 * `:ro` is written with `:rw` after it.
 */
export function parseUser(text: string): UserSpec {
  const colon = text.indexOf(':');
  const rest = text.slice(colon + 1);
  const suffix = /:(ro|rw)$/.exec(rest);
  const password = suffix === null ? rest : rest.slice(0, suffix.index);
  if (colon < 1 || password === '') {
    return refuse('A user is written NAME:PASSWORD, or NAME:PASSWORD:ro for one who may only read.');
  }
  if (/[\0\r\n]/.test(text)) refuse('A user name or password cannot hold a line break or NUL.');
  return { name: text.slice(0, colon), password, readOnly: suffix?.[1] === 'ro' };
}

/** `passive`, `active` or `passive,active`. */
export function parseModes(text: string): ModeSet {
  const words = text.split(',').map((word) => word.trim());
  if (words.some((word) => word !== 'passive' && word !== 'active')) {
    return refuse('Modes are passive, active, or passive,active.');
  }
  return { passive: words.includes('passive'), active: words.includes('active') };
}

const units: Readonly<Record<string, number>> = { '': 1000, s: 1000, ms: 1, m: 60_000, h: 3_600_000 };

/** A length of time in milliseconds: `30` and `30s` are seconds, `500ms`, `2m`, `1h`. */
export function parseDuration(text: string): number {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h|)$/.exec(text.trim());
  const unit = units[match?.[2] ?? '?'];
  if (match === null || unit === undefined)
    return refuse('A time is written 30 (seconds), 30s, 500ms, 2m or 1h.');
  const milliseconds = Number(match[1]) * unit;
  // Node fires timers above 2^31-1 ms at once, which would turn "for ever" into "never".
  if (milliseconds < 1 || milliseconds > 2_147_483_647) refuse('A time lies between 1ms and 596h.');
  return Math.round(milliseconds);
}

/** Bytes a second: `500k`, `10M`, `1G` (powers of 1000), or the plain number. At least 1000. */
export function parseRate(text: string): number {
  const match = /^(\d+(?:\.\d+)?)([kMG]?)B?(?:\/s)?$/i.exec(text.trim());
  const power = ['', 'k', 'm', 'g'].indexOf((match?.[2] ?? '').toLowerCase());
  const rate = Math.round(Number(match?.[1]) * 1000 ** power);
  if (match === null || rate < 1000 || rate > 1e12)
    return refuse('A rate is written 500k, 10M or 1G, in bytes a second; at least 1k.');
  return rate;
}

/** What must stay free of a disk: `5%` of it, or bytes: `500M`, `10G`, `1T` (powers of 1000). */
export function parseDiskFloor(text: string): { readonly percent: number } | { readonly bytes: number } {
  const [, number, unit = ''] = /^(\d+(?:\.\d+)?)(%|[kMGT]?B?)$/i.exec(text.trim()) ?? [];
  if (number === undefined) return refuse('What stays free is written 5%, 500M, 10G or 1T.');
  if (unit === '%') {
    if (Number(number) > 90) refuse('At most 90% can stay free.');
    return { percent: Number(number) };
  }
  const power = ['', 'k', 'm', 'g', 't'].indexOf(unit.replace(/b$/i, '').toLowerCase());
  const bytes = Math.round(Number(number) * 1000 ** power);
  return Number.isSafeInteger(bytes) ? { bytes } : refuse('No disk is as large as that.');
}

/** SHA-256 of a certificate: 64 hexadecimal digits, with or without colons. Returned upper case with colons. */
export function parseFingerprint(text: string): string {
  const digits = text.replace(/^sha-?256[:=]?\s*/i, '').replaceAll(':', '');
  if (!/^[0-9a-fA-F]{64}$/.test(digits)) {
    return refuse('A fingerprint is the SHA-256 of the certificate: 64 hexadecimal digits, colons allowed.');
  }
  return (digits.toUpperCase().match(/../g) ?? []).join(':');
}

/**
 * What 227 names, and to whom: `ADDR`, `local`, or `NETWORK[,NETWORK…]=ADDR`; `:+N` or `:-N` behind it says that the outside
 * reaches port P at P+N or P-N (port-mapped NAT).
 */
export function parsePassiveAddress(text: string): AdvertisedRule {
  const [, networks, given = '', offset] = /^(?:([^=]*)=)?(.*?)(?::([+-]\d{1,5}))?$/.exec(text.trim()) ?? [];
  const address = given.replace(/^\[(.*)\]$/, '$1');
  const clients = networks?.split(',').map((network) => network.trim());
  try {
    if (clients !== undefined) networkSet(clients);
  } catch {
    return refuse('A network is written 10.0.0.0/8 or 2001:db8::/32, several with commas, and = after them.');
  }
  // Four numbers with dots are meant as an address, and one that is none is no name either.
  const isName = /^(?=.{1,253}$)[\w-]+(\.[\w-]+)*\.?$/.test(address) && !/^[\d.]+$/.test(address);
  if (parseAddress(address) === undefined && !isName && parseOutsideSource(address) === undefined)
    return refuse(
      'An address is written 203.0.113.7, ftp.example.org, local, interface:eth0, stun:HOST[:PORT], https://…, router or router:ADDRESS; or 10.0.0.0/8=local.',
    );
  return {
    address,
    ...(clients === undefined ? {} : { clients }),
    ...(offset === undefined ? {} : { portOffset: Number(offset) }),
  };
}

/** For a flag that may be repeated: adds each parsed value to the list. */
export function repeated<T>(
  parse: (text: string) => T,
): (text: string, earlier: readonly T[] | undefined) => readonly T[] {
  return (text, earlier) => [...(earlier ?? []), parse(text)];
}

/** A number of sessions, or of a process. */
export function parseWhole(text: string): number {
  return /^[1-9]\d{0,8}$/.test(text) ? Number(text) : refuse('A number from 1 on.');
}
