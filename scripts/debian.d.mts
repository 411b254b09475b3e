/** The programs that the interop and bench suites and the lab drive. */
export type PeerName =
  | 'curl'
  | 'lftp'
  | 'wget'
  | 'openssl'
  | 'python3'
  | 'unshare'
  | 'nsenter'
  | 'setpriv'
  | 'ip'
  | 'tc'
  | 'nft'
  | 'iptables'
  | 'conntrack'
  | 'vsftpd'
  | 'proftpd'
  | 'modproxy'
  | 'pureftpd'
  | 'pyftpdlib'
  | 'haproxy'
  | 'miniupnpd'
  | 'nginx'
  | 'ufw'
  | 'firewalld';

export interface PeerPaths {
  /** Folder that the server packages are unpacked into (`usr/sbin/…`, `usr/lib/…` below it). */
  readonly tree: string;
  readonly paths: { readonly [name in PeerName]: string | undefined };
  /** To be merged into the environment of every unpacked server. */
  readonly environment: { readonly LD_LIBRARY_PATH: string; readonly PYTHONPATH: string };
  /** Debian package → version, of the unpacked servers. */
  readonly versions: Readonly<Record<string, string>>;
  readonly missing: readonly { readonly name: PeerName; readonly reason: string }[];
}

/** Where every peer is, and why the missing ones are missing. Changes nothing. */
export function locatePeers(): PeerPaths;
/** Fetches what is missing (needs root and apt), then as `locatePeers`. */
export function ensurePeers(): PeerPaths;
/**
 * Fetches what is missing and says so on standard error; never throws.
 * `servers: false`: only the clients and tools, not the servers.
 */
export function preparePeers(options?: { readonly servers?: boolean }): Promise<void>;
