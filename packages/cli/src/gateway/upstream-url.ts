import { parseFtpUrl, type Target } from '@duoport/client';
import type { RouteRule, Upstream } from '@duoport/gateway';
import { networkSet } from '@duoport/net';
import { InvalidArgumentError } from 'commander';
import { type PortRange, parsePortRange } from '../flags/values.ts';
import { urlHost } from '../serve/quoting.ts';

/** A server that `--to` names: where it is, the TLS towards it, and for whom it is. */
export interface UpstreamUrl {
  readonly host: string;
  readonly port: number;
  readonly tls: NonNullable<Upstream['tls']>;
  /** `host` is a name of SRV records, which say the port too. */
  readonly service?: boolean;
  readonly weight?: number;
  readonly priority?: number;
  /** Its passive range, and how far above it the gateway's ports are. */
  readonly data?: { readonly ports: PortRange; readonly shift: number };
  /** Undefined: for everybody else. */
  readonly who?: Omit<RouteRule, 'to'>;
}

/**
 * `[WHO=]ftp://HOST[:PORT][;weight=N][;priority=N][;data=LO-HI[:+N]]`: ftp in the clear, ftps with AUTH TLS; port 990 is TLS from the first byte; with
 * `+srv` the SRV records of the domain say which servers there are. WHO is
 * `user:PATTERN`, `host:PATTERN`, `sni:PATTERN` and `net:NETWORK`, several with commas.
 */
export function parseUpstream(text: string): UpstreamUrl {
  const [, who, url = text, settings = ''] =
    /^(?:(.*?)=)?(ftps?(?:\+srv)?:\/\/.*?)((?:;(?:(?:weight|priority)=\d{1,6}|data=[\d-]+(?::[+-]\d{1,5})?))*)\/?$/i.exec(
      text,
    ) ?? [];
  const isService = /^ftps?\+srv:/i.test(url);
  const { secure, host, port, user, password, path } = read(url.replace(/^(ftps?)\+srv:/i, '$1:'));
  if (path !== '' || user !== undefined || password !== undefined) {
    throw new InvalidArgumentError(
      'A server is written ftp://HOST[:PORT] or ftps://HOST[:PORT]; who logs in and where to is for the clients to say.',
    );
  }
  if (isService && port !== undefined)
    throw new InvalidArgumentError('The SRV records say the port: write ftp+srv://example.org without one.');
  const tls = port === 990 ? 'implicit' : secure ? 'explicit' : 'none';
  return {
    // The service of FTP over TCP (RFC 2782), unless another one is written out.
    host: isService && !host.startsWith('_') ? `_ftp._tcp.${host}` : host,
    port: port ?? 21,
    tls,
    ...(isService ? { service: true } : {}),
    ...numbers(settings),
    ...dataRange(settings),
    ...(who === undefined ? {} : { who: readWho(who) }),
  };
}

/** The same as text again: `ftps://files.example:21`. */
export function upstreamText({ host, port, tls, service }: UpstreamUrl): string {
  if (service === true) return `${tls === 'none' ? 'ftp' : 'ftps'}+srv://${host}`;
  return `${tls === 'none' ? 'ftp' : 'ftps'}://${urlHost(host)}:${port}`;
}

/** `for users a, b from 10.0.0.0/8`; empty: for everybody. */
export function whoText({ who: { users, hosts, serverNames, clients } = {} }: UpstreamUrl): string {
  const some = (what: string, values: readonly string[] | undefined): readonly string[] =>
    values === undefined ? [] : [`${what} ${values.join(', ')}`];
  const parts = [
    ...some('user', users),
    ...some('HOST', hosts),
    ...some('TLS name', serverNames),
    ...some('from', clients),
  ];
  return parts.length === 0 ? '' : `for ${parts.join(' and ')}`;
}

function numbers(settings: string): { readonly weight?: number; readonly priority?: number } {
  const found = [...settings.matchAll(/;(weight|priority)=(\d+)/gi)].map(([, name = '', value]) => [
    name.toLowerCase(),
    Number(value),
  ]);
  return Object.fromEntries(found);
}

/** `;data=50000-50099:+10000`: ports of the server, and what is added to them outside. */
function dataRange(settings: string): Pick<UpstreamUrl, 'data'> {
  const [, ports, shift = '0'] = /;data=([\d-]+)(?::([+-]\d+))?/i.exec(settings) ?? [];
  return ports === undefined ? {} : { data: { ports: parsePortRange(ports), shift: Number(shift) } };
}

const kinds = { user: 'users', host: 'hosts', sni: 'serverNames', net: 'clients' } as const;

function readWho(text: string): Omit<RouteRule, 'to'> {
  const who: { -readonly [Kind in (typeof kinds)[keyof typeof kinds]]?: string[] } = {};
  for (const part of text.split(',')) {
    const [, kind, value] = /^(user|host|sni|net):(.+)$/.exec(part.trim()) ?? [];
    if (kind === undefined || value === undefined) {
      throw new InvalidArgumentError(
        'For whom a server is stands before it: user:ann=ftp://HOST, user:web-*,net:10.0.0.0/8=ftp://HOST; also host:NAME and sni:NAME.',
      );
    }
    const key = kinds[kind as keyof typeof kinds];
    who[key] = [...(who[key] ?? []), value];
  }
  try {
    networkSet(who.clients ?? []);
  } catch {
    throw new InvalidArgumentError('A network is written net:10.0.0.0/8 or net:2001:db8::/32.');
  }
  return who;
}

function read(text: string): Target {
  try {
    return parseFtpUrl(text);
  } catch (cause) {
    throw new InvalidArgumentError(cause instanceof Error ? cause.message : String(cause));
  }
}
