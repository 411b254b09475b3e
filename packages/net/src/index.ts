export { AcceptedConnection, type DetachedConnection, type KnownEnds } from './accepted-connection.ts';
export {
  type AddressClass,
  classifyAddress,
  isSpecialUse,
  type NetworkSet,
  networkOf,
  networkSet,
  plainAddress,
  samePrefix,
} from './address-class.ts';
export {
  AdvertisedAddress,
  type AdvertisedAddressOptions,
  type AdvertisedChoice,
  type AdvertisedFacts,
  type AdvertisedRule,
} from './advertised-address.ts';
export {
  type ArrangeDataOptions,
  arrangeData,
  type DataArrangement,
  type DataVerb,
  type DataWay,
  modeOf,
} from './arrange-data.ts';
export { asciiToLocal, asciiToWire } from './ascii.ts';
export type {
  Awaitable,
  ByteSink,
  ByteSource,
  ChunkTransform,
  EmitChunk,
  PumpOptions,
  TransferCount,
  TruncationPolicy,
} from './bytes.ts';
export { ChallengeDoor } from './challenge-door.ts';
export type { AlternativeName, ClientCertificate } from './client-certificate.ts';
export { ClientDialogue, type ClientDialogueOptions, type Exchange } from './client-dialogue.ts';
export type { ClientWay, PromisedPort, WantedPort } from './client-way.ts';
export type { ConnectionTarget, ControlConnection, ControlHandler } from './control-connection.ts';
export { type DialControlOptions, dialControl } from './control-dial.ts';
export {
  type AcceptControlOptions,
  acceptControl,
  type ControlListener,
  type ListenControlOptions,
  type ListenOptions,
  listenConnections,
  listenControl,
} from './control-listen.ts';
export { ControlOutput } from './control-output.ts';
export { ControlTrace } from './control-trace.ts';
export { type CloseOptions, Crowd } from './crowd.ts';
export type {
  DataConnection,
  DataConnectionFacts,
  DataOutlet,
  StartDataTlsOptions,
  StartTlsOptions,
} from './data-connection.ts';
export type { DataDoor, DataOwner, DataPlace, ExpectedData } from './data-door.ts';
export { addressTowards, askDatagram, type DatagramQuestion } from './datagrams.ts';
export { type Deferred, deferred } from './deferred.ts';
export { type DialFrom, type DialOptions, dial } from './dial.ts';
export { halfOpenPeers } from './half-open.ts';
export type { LookupHost } from './host-cache.ts';
export { type HttpPage, type HttpPages, type HttpPagesOptions, listenHttp } from './http-pages.ts';
export { type HttpAnswer, HttpPoster, type HttpPosterOptions } from './http-poster.ts';
export { mover } from './kernel/mover.ts';
export { LibrarySockets, type LibrarySocketsOptions } from './library-sockets.ts';
export { formatNetwork, type Network, networkAround, parseNetwork } from './limits/network.ts';
export { NetworkList, NetworkListFault } from './limits/network-list.ts';
export { NetworkTable } from './limits/network-table.ts';
export { KeptRates, type Rates } from './limits/rates.ts';
export { RecentMap } from './limits/recent-map.ts';
export { SessionCounts } from './limits/session-counts.ts';
export type { Throttle } from './limits/throttle.ts';
export { TokenBucket } from './limits/token-bucket.ts';
export { type Seat, type UserLimits, UserSeats } from './limits/user-seats.ts';
export { listeningPort } from './listening-port.ts';
export { askLine, type LocalLines, listenLines } from './local-lines.ts';
export { lookupHost } from './lookup.ts';
export { type LookupServices, lookupServices, type ServiceRecord } from './lookup-services.ts';
export { deflateToWire, type InflateOptions, inflateFromWire } from './mode-z.ts';
export { type FileLock, loadFileLock } from './native/file-lock.ts';
export { type LowPortRight, lowPortRight } from './native/low-ports.ts';
export type { Packet, PacketEnd } from './native/packet.ts';
export { type SendSynOptions, sendSyn } from './native/send-syn.ts';
export { type ServiceNotice, serviceNotice } from './native/service-notice.ts';
export {
  loadStatAt,
  type NameFacts,
  type StatAt,
  statCall,
  statFacts,
  statModule,
} from './native/stat-at.ts';
export { canTraceHops, type TracedHop, type TraceHopsOptions, traceHops } from './native/trace-hops.ts';
export { type PacketWatch, type SeenPacket, watchPackets } from './native/watch-packets.ts';
export { type PassBytesOptions, type PassedBytes, passBytes } from './pass-bytes.ts';
export { choosePassiveAddress, type PassiveAddressPolicy, type PassiveChoice } from './passive-address.ts';
export {
  checkPeer,
  type PeerFacts,
  type PeerPolicy,
  type PeerVerdict,
} from './peer-check.ts';
export {
  type AcceptOptions,
  type Lease,
  type LeaseRequest,
  type PoolGauges,
  PortPool,
  type PortPoolOptions,
  type SinglePlace,
} from './port-pool.ts';
export type { PortRange } from './port-range.ts';
export { isPrivateUrl } from './private-url.ts';
export { type ProxyTrust, proxyTrust } from './proxy-intake.ts';
export type { RawStream } from './raw-stream.ts';
export { readHello, type ShownHello } from './read-hello.ts';
export { resetStream } from './reset-stream.ts';
export { ServerDialogue, type ServerDialogueOptions, type ServerRole } from './server-dialogue.ts';
export { ServerMarks } from './server-marks.ts';
export { signatureOf, signedHeaders } from './signed-headers.ts';
export { type NextDoor, SinglePort, type SinglePortOptions } from './single-port.ts';
export { errorCode } from './socket-error.ts';
export { TlsClient } from './tls-client.ts';
export { type TlsFault, tlsFault } from './tls-fault.ts';
export { TlsServer } from './tls-server.ts';
export type { TlsSession } from './tls-session.ts';
export type {
  ClientCertificateSettings,
  Pem,
  TlsBinding,
  TlsClientSettings,
  TlsFacts,
  TlsIdentity,
  TlsServerSettings,
  TlsVersion,
} from './tls-settings.ts';
export {
  type ConnectionName,
  emit,
  otherSide,
  type Side,
  type Trace,
  type TraceContext,
  type TraceEvent,
  type TraceFact,
} from './trace.ts';
export { trustingAgent } from './trusting-agent.ts';
export {
  AgentLine,
  type AgentLineHandler,
  type Joined,
  type TunnelRequest,
  type TunnelTarget,
} from './tunnel/agent-line.ts';
export { CarriedClient, type CarriedFacts } from './tunnel/carried-client.ts';
export { type DialRelayOptions, dialRelay } from './tunnel/dial-relay.ts';
export { DirectListener } from './tunnel/direct-listener.ts';
export type { HttpProxy } from './tunnel/http-connect.ts';
export { type ListenAgentsOptions, listenAgents } from './tunnel/listen-agents.ts';
export { type CarryOptions, type Facts, RelayLine } from './tunnel/relay-line.ts';
export { decodeEndpoint, decodeWord, encodeEndpoint, encodeWord } from './tunnel/words.ts';
