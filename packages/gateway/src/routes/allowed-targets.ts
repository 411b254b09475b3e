import { classifyAddress, networkSet } from '@duoport/net';
import { parseAddress } from '@duoport/protocol';
import { isOwnAddress } from './own-address.ts';

/** Which servers a forward gateway goes to. */
export interface AllowedTargets {
  /** Undefined: it may be dialled. Otherwise why not, as a sentence part. */
  objection(target: {
    readonly host: string;
    readonly address: string;
    readonly port: number;
  }): string | undefined;
}

/**
 * Entries are networks and addresses (`203.0.113.0/24`), names (`ftp.example.org`), names below one (`*.example.org`) and `*` for all
 * there are. A network allows whatever is in it. A name allows what it stands for, if that is public, or private and the name
 * written out: whoever is master of a name below `*` must not lead us into our own networks. Never this host, never another special-use
 * network, unless a network says so.
 * @throws FtpLocalError for an entry that is neither.
 */
export function allowedTargets(allow: readonly string[]): AllowedTargets {
  const isNetwork = (entry: string) => entry.includes('/') || parseAddress(entry) !== undefined;
  const networks = networkSet(allow.filter(isNetwork));
  const names = allow
    .filter((entry) => !isNetwork(entry))
    .map((name) => name.toLowerCase().replace(/\.$/, ''));
  return {
    objection: ({ host, address, port }) =>
      byPort(port) ?? (networks.has(address) ? undefined : byName(names, host, address)),
  };
}

/** As for data connections: nobody is to use us for mail, DNS or SSH. */
function byPort(port: number): string | undefined {
  const isFine = port === 21 || port === 990 || (port >= 1024 && port <= 65_535);
  return isFine ? undefined : `port ${port} is none of FTP here: 21, 990 and 1024 to 65535 are`;
}

function byName(names: readonly string[], host: string, address: string): string | undefined {
  const isExact = names.includes(host);
  if (
    !isExact &&
    !names.some((name) => name === '*' || (name.startsWith('*.') && host.endsWith(name.slice(1))))
  )
    return 'this gateway does not go there';
  if (isOwnAddress(address)) return 'that is the gateway itself';
  const kind = classifyAddress(address);
  if (kind === 'public' || (isExact && (kind === 'private' || kind === 'cgnat'))) return undefined;
  return `that is a ${kind} address`;
}
