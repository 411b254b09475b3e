import { parseFtpUrl, type Target } from '@duoport/client';
import type { Upstream } from '@duoport/gateway';
import { InvalidArgumentError } from 'commander';
import { urlHost } from '../serve/quoting.ts';

/** A server that `--to` names: where it is, and the TLS towards it. */
export interface UpstreamUrl {
  readonly host: string;
  readonly port: number;
  readonly tls: NonNullable<Upstream['tls']>;
}

/** `ftp://HOST[:PORT]` in the clear, `ftps://HOST[:PORT]` with AUTH TLS; port 990 is TLS from the first byte. */
export function parseUpstream(text: string): UpstreamUrl {
  const { secure, host, port, user, password, path } = read(text);
  if (path !== '' || user !== undefined || password !== undefined) {
    throw new InvalidArgumentError(
      'A server is written ftp://HOST[:PORT] or ftps://HOST[:PORT]; who logs in and where to is for the clients to say.',
    );
  }
  const tls = port === 990 ? 'implicit' : secure ? 'explicit' : 'none';
  return { host, port: port ?? 21, tls };
}

/** The same as text again: `ftps://files.example:21`. */
export function upstreamText({ host, port, tls }: UpstreamUrl): string {
  return `${tls === 'none' ? 'ftp' : 'ftps'}://${urlHost(host)}:${port}`;
}

function read(text: string): Target {
  try {
    return parseFtpUrl(text);
  } catch (cause) {
    throw new InvalidArgumentError(cause instanceof Error ? cause.message : String(cause));
  }
}
