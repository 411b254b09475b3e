import { networkInterfaces } from 'node:os';
import { type ClientWay, emit, isSpecialUse, type Lease, networkSet, type PortPool } from '@duoport/net';

export interface NeighbourPlace {
  /** Ports in the private network. */
  readonly pool: PortPool;
  /** Our address there. */
  readonly address: string;
  /** The client's public address, which is ours too. */
  readonly client: string;
}

/**
 * For a client in our own private network that has dialled a public address: a reply that names an address names the private one,
 * so that the data do not leave the network. Only who is in that network may come. All else is as `base` does it: a 229
 * names no address, and so does the second try of a client that could not come.
 */
export function neighbourWay(base: ClientWay, { pool, address, client }: NeighbourPlace): ClientWay {
  const network = privateNetworkOf(address);
  let isReached = true;
  return {
    dial: (to, options) => base.dial(to, options),
    lease: async (wanted) => {
      const { family, tellsAddress, session, connection, trace } = wanted;
      if (network === undefined || !tellsAddress || family !== 4 || !isReached) return base.lease(wanted);
      const lease = await pool.lease({
        host: address,
        peer: client,
        policy: { kind: 'networks', networks: networkSet([network]) },
        session,
        side: 'server',
        connection,
        trace,
      });
      const because = `the client has our own public address, ${client}: it is in this private network`;
      if (trace)
        emit(trace, { kind: 'decision', connection, what: 'passive address', chosen: address, because });
      const failed = () => {
        isReached = false;
      };
      return { lease: watched(lease, failed), told: lease.endpoint };
    },
  };
}

/** The network of this machine, `192.168.1.10/24`, that a private address of it is in; undefined for a public one. */
function privateNetworkOf(address: string): string | undefined {
  if (!isSpecialUse(address)) return undefined;
  const own = Object.values(networkInterfaces()).flatMap((list) => list?.map(({ cidr }) => cidr) ?? []);
  return own.flatMap((cidr) => cidr ?? []).find((cidr) => networkSet([cidr]).has(address));
}

function watched(lease: Lease, failed: () => void): Lease {
  return {
    endpoint: lease.endpoint,
    get arrived() {
      return lease.arrived;
    },
    get live() {
      return lease.live;
    },
    accept: async (options) => {
      try {
        return await lease.accept(options);
      } catch (error) {
        failed();
        throw error;
      }
    },
    release: () => lease.release(),
  };
}
