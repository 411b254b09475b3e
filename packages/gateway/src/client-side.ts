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

/** What the data connections of the client's side are made with. */
export interface ClientSide {
  readonly pool: PortPool;
  readonly advertised: AdvertisedAddress;
  readonly peers: PeerPolicy;
  /** Port that active clients are dialled from. */
  readonly sourcePort: number | PortRange | undefined;
  /** Data connections have the address that the client meant to go to, which is not ours. */
  readonly transparent: boolean;
  /** Milliseconds to an open data connection. */
  readonly dataTimeout: number;
}

/** The ends of one client's control connection. */
export interface ClientEnds {
  readonly peer: Endpoint;
  readonly local: Endpoint;
  /** Where the client meant to go: it is told that address, when nothing else is configured. Default: `local`. */
  readonly destination?: Endpoint | undefined;
}

/** By ports and addresses of this gateway. */
export function ownWay(side: ClientSide, { peer, local, destination = local }: ClientEnds): ClientWay {
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
