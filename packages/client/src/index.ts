export type { DataVerb, PassiveAddressPolicy } from '@duoport/net';
export { connect } from './client.ts';
export type { FtpClient } from './ftp-client.ts';
export { createHostMemory, type HostFacts, type HostMemory } from './host-memory.ts';
export type {
  CallOptions,
  ConnectOptions,
  DataMode,
  Destination,
  GetOptions,
  HashResult,
  ListOptions,
  MakeDirectoryOptions,
  Progress,
  PutOptions,
  Source,
  Timeouts,
  TlsMode,
  TlsOptions,
  TlsVersion,
  TransferOptions,
  TransferResult,
} from './options.ts';
export { defaultTimeouts } from './settings.ts';
export { parseFtpUrl, type Target } from './url.ts';
