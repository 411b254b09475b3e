// text and lines
export { formatAddress, parseAddress } from './address.ts';
export {
  type Checksum,
  type ChecksumArgument,
  decodeChecksumArgument,
  decodeHash,
  encodeChecksumArgument,
  encodeHash,
  findDigest,
} from './checksum.ts';
// machines
export { ClientMachine, type ClientMachineOptions } from './client-machine.ts';
export { type Command, decodeCommand, encodeCommand } from './command.ts';
export { type DataRequest, decodeDataRequest } from './data-request.ts';
export type { ClientEffect, CommonEffect, Outcome, Run, ServerEffect } from './effects.ts';
export { type Endpoint, endpoint, formatEndpoint } from './endpoint.ts';
export {
  type AnyFtpError,
  type Channel,
  FtpClosedError,
  FtpConnectionError,
  FtpError,
  type FtpErrorCode,
  FtpLimitError,
  FtpLocalError,
  FtpRemoteError,
  FtpReplyError,
  FtpTimeoutError,
  FtpTransferError,
  isFtpError,
  type Phase,
} from './errors.ts';
export {
  type DecodedEpsv,
  decodeEprt,
  decodeEpsv,
  decodeEpsvArgument,
  decodeProtocols,
  type EprtFault,
  encodeEprt,
  encodeEpsv,
  encodeProtocols,
  extendedPassiveReply,
  type NetworkProtocol,
} from './extended-port.ts';
export {
  type DecodedFacts,
  decodeFacts,
  decodeMlst,
  encodeFacts,
  type FactName,
  factNames,
  formatFactNames,
  formatMlstFeature,
} from './facts.ts';
export { FactsFormatter, type FactsFormatterOptions } from './facts-formatter.ts';
export { isFault, type ProtocolFault } from './fault.ts';
export { decodeFeat, encodeFeat, type Features, featureList, hasFeature } from './feat.ts';
export { decodeHost, encodeHost } from './host-name.ts';
export {
  type DecodedEndpoint,
  decodePasv,
  decodePort,
  encodePasv,
  encodePort,
  passiveReply,
} from './host-port.ts';
export { limits } from './limits.ts';
export { type LineEvent, LineReader, type LineReaderOptions } from './line-reader.ts';
// listings
export { listingFormats } from './listing/detect.ts';
export type { Entry, EntryDraft, EntryType, TimePrecision } from './listing/entry.ts';
export { type ListingLimits, listingLimits } from './listing/limits.ts';
export { formatList, formatNames, type ListFormatOptions, ListFormatter } from './listing/list-format.ts';
export { type ListingFault, type ListingOptions, ListingParser, parseListing } from './listing/parser.ts';
export type { ListingFormat } from './listing/reader.ts';
export {
  isListableName,
  isSafeName,
  type NameHazard,
  nameHazards,
  printableName,
} from './listing/safe-name.ts';
export { decodeLprt, decodeLpsv, encodeLprt, encodeLpsv, longPassiveReply } from './long-port.ts';
export {
  decodeFactChanges,
  decodeTimedPath,
  encodeFactChanges,
  encodeTimedPath,
  type FactChanges,
  type TimedPath,
} from './modify-facts.ts';
export { decodeOpts, encodeOpts, type Options, optionsVerb } from './opts.ts';
export {
  advance,
  type Order,
  type OrderPart,
  type Requirement,
  refusal,
  requirements,
  startOrder,
  type Transition,
  transitions,
} from './order.ts';
export {
  decodeLetters,
  decodeNonce,
  decodeNonceArgument,
  decodeProbe,
  encodeLetters,
  encodeNonce,
  type NonceView,
  type ProbeArrival,
  type ProbeDial,
  type ProbeView,
  probeReply,
} from './probe.ts';
export {
  type DecodedProxyHeader,
  decodeProxyHeader,
  encodeProxyHeader,
  type ProxiedEnds,
  type ProxyHeader,
} from './proxy-header.ts';
export type { Quirk } from './quirks.ts';
export { decodePath, pathReply, quote } from './quote.ts';
export {
  type ByteRange,
  decodeAllo,
  decodeByteCount,
  decodeRange,
  decodeRest,
  encodeRange,
  encodeRest,
} from './ranges.ts';
export {
  encodeReply,
  isCompletion,
  isIntermediate,
  isNegative,
  isPreliminary,
  type Reply,
  reply,
} from './reply.ts';
export { type DecodedReply, ReplyReader, type ReplyReaderOptions } from './reply-reader.ts';
export { ServerMachine, type ServerMachineOptions } from './server-machine.ts';
export {
  decodeChmod,
  decodeMakeDirectory,
  decodeSymlink,
  decodeUtime,
  encodeChmod,
  encodeSymlink,
} from './site.ts';
export {
  decodeSocks5Request,
  decodeSocksStart,
  type SocksFault,
  type SocksRequest,
  type SocksStep,
} from './socks.ts';
export { decodeStat, encodeStatListing, type Stat } from './stat.ts';
export { decodeText, encodeText, isRawText } from './text.ts';
export { type DecodedTime, decodeTime, encodeTime } from './time.ts';
// verbs
export { findVerb, type Permission, type Power, redact, type VerbRow, verbs } from './verbs.ts';
