export {
  type Accounts,
  AccountsUnavailable,
  allPermissions,
  type Login,
  type LoginAttempt,
  type LoginLimits,
  type LoginStep,
  type Permission,
  type Refusal,
  readPermissions,
  wrongPassword,
} from './accounts/accounts.ts';
export { admitted } from './accounts/admitted.ts';
export { AllowedTimes } from './accounts/allowed-times.ts';
export { type AccountFiles, LoginMaker } from './accounts/login-maker.ts';
export {
  type AnonymousOptions,
  type GuestOptions,
  MemoryAccounts,
  type MemoryAccountsOptions,
  type UserOptions,
} from './accounts/memory.ts';
export { KeptPassword } from './accounts/password.ts';
export { type AccountRules, refusalOf, rulesFault } from './accounts/rules.ts';
export type { DataCause } from './data-cause.ts';
export type { DataShut } from './data-failures.ts';
export type { DataFailure, DataProblem } from './data-story.ts';
export type { DataConnectionView, DataTrouble } from './data-view.ts';
export { type Ban, BanFault, banSubject } from './defence/ban.ts';
export { Defence, type DefenceOptions, type DefenceSetup, operatorBan } from './defence/defence.ts';
export {
  type Admit,
  bannedText,
  type Guard,
  type Knock,
  type KnockAnswer,
  type Offender,
} from './defence/guard.ts';
export { MemoryDefence } from './defence/memory-defence.ts';
export { type Offence, offences, usualWeights, type Weights } from './defence/offences.ts';
export type { BanChange, Points, SeatRequest, SharedDefence } from './defence/shared-defence.ts';
export { type DoorHandle, Doors, type Listening } from './doors.ts';
export { DiskFiles, type DiskFilesOptions } from './files/disk/disk-files.ts';
export type { SweepCount } from './files/disk/uploads/sweep.ts';
export { isUploadName } from './files/disk/uploads/upload-names.ts';
export type { DiskFloor, Overwrite, UploadOptions } from './files/disk/uploads/upload-policy.ts';
export {
  type FileSum,
  type Files,
  FilesError,
  type FilesErrorKind,
  type ReadHandle,
  type WriteHandle,
  type WriteHow,
  type WritePlan,
} from './files/files.ts';
export {
  type FileHash,
  type HashAlgorithm,
  type HashRequest,
  hashAlgorithms,
  hashFile,
} from './files/hash.ts';
export { MemoryFiles, type MemoryFilesOptions } from './files/memory/memory-files.ts';
export { readOnly } from './files/read-only.ts';
export type { DataAdvice, Limit, NameChange, ServerEvent, ServerLog } from './log.ts';
export type { OpenedData } from './opened-data.ts';
export { createServer, type FtpServer } from './server.ts';
export type { SessionView, TransferView } from './session-view.ts';
export type { ListenOptions, ServerOptions, TlsPart } from './settings.ts';
export { isBooked, usageAccount } from './usage/account-usage.ts';
export { measureFolders } from './usage/measure-folder.ts';
export { MemoryUsage } from './usage/memory-usage.ts';
export {
  lastThatCounts,
  type Period,
  type PeriodKind,
  periodAt,
  periodKinds,
  stillCounts,
} from './usage/period.ts';
export { type Recounted, recount } from './usage/recount.ts';
export type {
  Amount,
  Direction,
  DrawRequest,
  Hold,
  HoldRequest,
  Quota,
  Recount,
  Refund,
  Settlement,
  Usage,
  UsageMark,
  UsageState,
} from './usage/usage.ts';
