import {
  type AdvertisedAddress,
  type ClientWay,
  checkPeer,
  dial,
  type PeerPolicy,
  type PortPool,
  type PortRange,
} from '@duoport/net';
import { type Endpoint, FtpConnectionError, FtpLimitError } from '@duoport/protocol';
import { neighbourWay } from './neighbour-way.ts';

/** What the data connections of the client's side are made with. */
export interface ClientSide {
  readonly pool: PortPool;
  readonly advertised: AdvertisedAddress;
  readonly peers: PeerPolicy;
  /** Port that active clients are dialled from. */
  readonly sourcePort: number | PortRange | undefined;
  /** Data connections have the address that the client meant to go to, which is not ours. */
  readonly transparent: boolean;
  /** What clients in the private network are told that come from the public address. */
  readonly neighbours: Neighbours;
  /** Milliseconds to an open data connection. */
  readonly dataTimeout: number;
}

/**
 * Clients that come from the very address that they are told to dial are in the private network behind it, and came round by the public
 * address. `public`: they are told that address, as all are. `private`: the one that this machine has in their network.
 */
export type Neighbours = 'public' | 'private';

/** The ends of one client's control connection. */
export interface ClientEnds {
  readonly peer: Endpoint;
  readonly local: Endpoint;
  /** Where the client meant to go: it is told that address, when nothing else is configured. Default: `local`. */
  readonly destination?: Endpoint | undefined;
}

/** By ports and addresses of this gateway. */
export function ownWay(side: ClientSide, ends: ClientEnds): ClientWay {
  const way = publicWay(side, ends);
  const { peer, local, destination = local } = ends;
  if (side.neighbours === 'public' || local.address === peer.address) return way;
  const facts = { local: destination.address, client: peer.address, secure: false, family: 4 } as const;
  const choice = side.advertised.choose({ ...facts, listening: local });
  if ('fault' in choice || choice.endpoint.address !== peer.address) return way;
  return neighbourWay(way, { pool: side.pool, address: local.address, client: peer.address });
}

function publicWay(side: ClientSide, { peer, local, destination = local }: ClientEnds): ClientWay {
  return {
    lease: async ({ family, secure, session, connection, trace }) => {
      const lease = await side.pool.lease({
        host: side.transparent ? destination.address : local.address,
        peer: side.peers.kind === 'any' ? undefined : peer.address,
        policy: side.peers,
        session,
        side: 'server',
        connection,
        trace,
      });
      const told = { local: destination.address, client: peer.address, secure, family };
      const choice = side.advertised.choose({ listening: lease.endpoint, ...told });
      if ('endpoint' in choice) return { lease, told: choice.endpoint };
      lease.release();
      throw new FtpLimitError(choice.fault, { limit: 'advertisedAddress', value: 0 });
    },
    dial: async (to, options) => {
      const judged = checkPeer(side.peers, { control: peer.address, data: to.address, port: to.port });
      if (judged.verdict !== 'accept')
        throw new FtpConnectionError(judged.because, { channel: 'data', phase: 'connect', peer: to });
      const from = side.transparent
        ? { address: destination.address, foreign: true }
        : { address: local.address };
      return await dial(to, { ...options, from: { ...from, ports: side.sourcePort, orAny: true } });
    },
  };
}
