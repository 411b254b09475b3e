import type { HttpProxy } from '@duoport/net';
import { parseAddress } from '@duoport/protocol';
import { type AgentService, type DirectOptions, isLabel } from '@duoport/relay';
import { InvalidArgumentError } from 'commander';
import { parsePort } from '../flags/values.ts';
import { parseUpstream } from '../gateway/upstream-url.ts';

/** `ftp://HOST[:PORT]`, or `NAME=ftp://HOST[:PORT]`. */
export function parseService(text: string): AgentService {
  const [, name = '', url = ''] = /^(?:([^=/:]*)=)?(.*)$/s.exec(text) ?? [];
  if (name !== '' && !isLabel(name))
    throw new InvalidArgumentError('A service has a name of small letters and digits: files=ftp://HOST.');
  const { host, port, tls } = parseUpstream(url);
  if (tls !== 'none')
    throw new InvalidArgumentError(
      'Write ftp://HOST: TLS to the server is what relay serve --server-tls says.',
    );
  return { name, host, port };
}

/** `http://[USER:PASSWORD@]HOST:PORT` */
export function parseHttpProxy(text: string): HttpProxy {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol !== 'http:' || url.hostname === '')
    throw new InvalidArgumentError('A proxy is written http://[USER:PASSWORD@]HOST:PORT.');
  return {
    host: url.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: url.port === '' ? 80 : Number(url.port),
    ...(url.username === ''
      ? {}
      : { user: decodeURIComponent(url.username), password: decodeURIComponent(url.password) }),
  };
}

/** `never`, `auto[:PORT]`, or `ADDR[:PORT]`: where the relay can dial this machine. Undefined: nowhere. */
export function parseDirect(text: string): DirectOptions | undefined {
  if (text === 'never') return undefined;
  const [, bracketed, plain, digits] =
    /^(?:\[([^\]]*)\]|([^:]*|[^\]]*::?[^\]]*?))(?::(\d+))?$/.exec(text) ?? [];
  const address = bracketed ?? plain ?? '';
  if (address !== 'auto' && parseAddress(address) === undefined)
    throw new InvalidArgumentError(
      'Write never, auto, or where the relay can dial this machine: 203.0.113.7:50500.',
    );
  const port = digits === undefined ? 0 : parsePort(digits);
  if (port !== 0 && port < 1024) throw new InvalidArgumentError('The relay dials ports from 1024 on only.');
  return { addresses: address === 'auto' ? 'own' : [address], port };
}
