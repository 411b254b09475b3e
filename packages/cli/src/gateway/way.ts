import {
  forwardByLogin,
  forwardBySni,
  forwardBySocks,
  type GatewayOptions,
  transparent,
  type Upstream,
} from '@duoport/gateway';
import { isFtpError } from '@duoport/protocol';
import { UsageError } from '../usage-error.ts';
import type { GatewayFlags } from './flags.ts';

/** The client chooses its server itself. */
export type ClientChoice =
  /** By name: `USER name@host`. */
  | { readonly kind: 'login'; readonly allow: readonly string[] }
  /** By name too: in its TLS handshake. */
  | { readonly kind: 'sni'; readonly allow: readonly string[] }
  /** By name too: it takes this gateway for its SOCKS proxy. */
  | { readonly kind: 'socks'; readonly allow: readonly string[] }
  /** It dials it, and the firewall steers the connection here. */
  | { readonly kind: 'transparent'; readonly allow: readonly string[] | undefined };

/** Undefined: the servers are named by `--to`. Throws UsageError when the flags say nothing, too much, or half of it. */
export function clientChoice(
  flags: Pick<
    GatewayFlags,
    'to' | 'balance' | 'forward' | 'transparent' | 'allow' | 'proxyFrom' | 'tlsCert' | 'tlsSelfSigned'
  >,
): ClientChoice | undefined {
  const { to, forward, allow, balance, proxyFrom } = flags;
  const given = [to, forward, flags.transparent].filter((flag) => flag !== undefined);
  if (given.length !== 1)
    throw new UsageError(
      'Say where to, in one way: --to URL, --forward login, sni or socks with --allow NET|NAME, or --transparent.',
    );
  if (to !== undefined) {
    if (allow === undefined) return undefined;
    throw new UsageError('--allow is for --forward and --transparent: with --to the servers are named.');
  }
  if (balance !== undefined)
    throw new UsageError('--balance is for the servers of --to: here the client chooses its server.');
  if (forward === 'socks' && proxyFrom !== undefined)
    throw new UsageError(
      '--proxy-from goes with any way but --forward socks: such a client speaks SOCKS first.',
    );
  if (forward === 'sni' && flags.tlsCert === undefined && flags.tlsSelfSigned !== true)
    throw new UsageError(
      '--forward sni is for clients with TLS: add --tls-cert and --tls-key with the names of the servers.',
    );
  if (flags.transparent === true) return { kind: 'transparent', allow };
  if (allow !== undefined) return { kind: forward ?? 'login', allow };
  throw new UsageError(
    'Say which servers clients may name: --allow ftp.example.org, --allow "*.example.org", --allow 203.0.113.0/24, or --allow "*" for all that are public.',
  );
}

/** The choice in the gateway's words; `server` is how all of them are spoken to. */
export function destinationOf(
  choice: ClientChoice,
  server: Omit<Upstream, 'host' | 'port' | 'tls'>,
): Pick<GatewayOptions, 'to' | 'transparent'> {
  const { kind, allow } = choice;
  try {
    if (kind === 'login') return { to: forwardByLogin({ allow, server }) };
    if (kind === 'sni') return { to: forwardBySni({ allow, server }) };
    if (kind === 'socks') return { to: forwardBySocks({ allow, server }) };
    return { to: transparent({ allow, server }), transparent: true };
  } catch (cause) {
    if (isFtpError(cause)) throw new UsageError(`--allow: ${cause.message}`);
    throw cause;
  }
}
