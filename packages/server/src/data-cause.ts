import { type AddressClass, classifyAddress } from '@duoport/net';
import type { DataFailure } from './data-story.ts';

/** What probably stands in the way of a data connection, as a stable word. */
export type DataCause =
  /** The passive range is shut in a firewall before this server, or not forwarded by its NAT. */
  | 'range-shut'
  /** One port for everything: it did not come, or without the ticket that says whose it is. */
  | 'not-told-apart'
  /** The 227 names an address that the client cannot reach. */
  | 'advertised-private'
  /** SYNs come in and the answers do not get out. */
  | 'answer-lost'
  /** NAT or a load balancer gives the data connection another source address. */
  | 'other-address'
  /** PORT names the inner address of a client behind NAT, and no helper changed it. */
  | 'client-behind-nat'
  /** The client's firewall or NAT lets nothing in. */
  | 'client-shut'
  /** The client's machine refuses: nobody listens there, or a firewall says no. */
  | 'client-refused';

/** Judges one failure: `client` is the control connection's peer. `onePort`: data connections have no ports of their own. */
export function probableCause(failure: DataFailure, client: string, onePort = false): DataCause {
  if (onePort && failure.problem === 'never-came') return 'not-told-apart';
  switch (failure.problem) {
    case 'half-open':
      return 'answer-lost';
    case 'wrong-address':
      return 'other-address';
    case 'illegal-address':
      return 'client-behind-nat';
    case 'refused':
    case 'rejected':
      return 'client-refused';
    case 'no-answer':
      return 'client-shut';
    case 'never-came':
      return isUnreachable(failure.advertised?.address, client) ? 'advertised-private' : 'range-shut';
  }
}

/** An address of an inner network, told to a client that is not in one of that kind. */
function isUnreachable(advertised: string | undefined, client: string): boolean {
  if (advertised === undefined) return false;
  const kind = classifyAddress(advertised);
  return inner.has(kind) && classifyAddress(client) !== kind;
}

const inner: ReadonlySet<AddressClass> = new Set([
  'private',
  'loopback',
  'link-local',
  'cgnat',
  'unspecified',
]);

/** One plain sentence: what is probably wrong and what to do. */
export function explainCause(cause: DataCause, { local, remote, advertised }: DataFailure): string {
  switch (cause) {
    case 'range-shut':
      return `port ${local.port} is probably shut in a firewall before this server, or not forwarded by its NAT`;
    case 'not-told-apart':
      return `port ${local.port} serves both connections, and none came that is certainly this one: under TLS it has to resume the session of its control connection`;
    case 'advertised-private':
      return `the client was told to dial ${advertised?.address ?? local.address}, which it cannot reach from outside: announce the public address`;
    case 'answer-lost':
      return `its SYN arrived at port ${local.port} and the answer got lost on the way back: a firewall or the routing on the way out`;
    case 'other-address':
      return `it came from ${remote.address}, not from the control connection's address: NAT or a load balancer changes it`;
    case 'client-behind-nat':
      return `it named ${remote.address}, which is not where it comes from: it is behind NAT whose FTP helper is missing, or blind because of TLS, and should use passive mode`;
    case 'client-shut':
      return 'the firewall or NAT of the client drops connections that come in: it should use passive mode';
    case 'client-refused':
      return `${remote.address} refuses port ${remote.port}: a firewall there says no, or the client does not listen any more`;
  }
}
