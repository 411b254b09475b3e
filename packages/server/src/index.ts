export {
  type Accounts,
  allPermissions,
  type Login,
  type LoginAttempt,
  type LoginStep,
  type Permission,
  readPermissions,
} from './accounts/accounts.ts';
export {
  type Files,
  FilesError,
  type FilesErrorKind,
  type ReadHandle,
  type WriteHandle,
  type WriteHow,
  type WritePlan,
} from './files/files.ts';
export type { ServerEvent, ServerLog } from './log.ts';
export { createServer, type FtpServer, type Listening } from './server.ts';
export type { ListenOptions, ServerOptions } from './settings.ts';
