// text and lines
export { formatAddress, parseAddress } from './address.ts';
// machines
export { ClientMachine, type ClientMachineOptions } from './client-machine.ts';
export { type Command, decodeCommand, encodeCommand } from './command.ts';
export type { ClientEffect, CommonEffect, Run, ServerEffect } from './effects.ts';
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
export { isFault, type ProtocolFault } from './fault.ts';
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
export type { Quirk } from './quirks.ts';
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
export { type Outcome, ServerMachine, type ServerMachineOptions } from './server-machine.ts';
export { decodeText, encodeText, isRawText } from './text.ts';
// verbs
export { findVerb, type Permission, type Power, redact, type VerbRow, verbs } from './verbs.ts';
