import type { Tree } from '../config/tree.ts';

/** What another server says of its LDAP directory. */
export interface ForeignLdap {
  /** A host, `host:port`, or a URL. */
  readonly server: string;
  readonly port?: number | undefined;
  readonly tls: 'start' | 'whole' | 'none';
  readonly base: string;
  readonly scope?: 'sub' | 'one' | undefined;
  /** With `{user}` in it already. */
  readonly filter?: string | undefined;
  readonly bindDn?: string | undefined;
  readonly bindPassword?: string | undefined;
  /** The attribute with the home folder. */
  readonly home?: string | undefined;
}

/** The same as one of `accounts`. */
export function ldapPlace(from: ForeignLdap): Tree {
  const { base, filter, bindDn, bindPassword, home = 'homeDirectory', scope } = from;
  const [, scheme, name = ''] = /^(?:(ldaps?):\/\/)?([^/?]*)/i.exec(from.server) ?? [];
  const secure = from.tls === 'whole' || scheme?.toLowerCase() === 'ldaps';
  const host = from.port === undefined || /:\d+$/.test(name) ? name : `${name}:${from.port}`;
  return {
    type: 'ldap',
    url: `${secure ? 'ldaps' : 'ldap'}://${host}`,
    ...(secure ? {} : { tls: from.tls === 'start' ? 'start' : 'none' }),
    ...(bindDn === undefined || bindPassword === undefined
      ? {}
      : { 'bind-dn': bindDn, 'bind-password': bindPassword }),
    base,
    ...(scope === 'one' ? { scope } : {}),
    ...(filter === undefined ? {} : { filter }),
    attributes: { directory: home },
  };
}
