export {
  type AccountChange,
  AccountStore,
  type StoredGroup,
  type StoredUser,
} from './account-store.ts';
export { AccountFault } from './database.ts';
export { isPostgresUrl, openAccounts, openDefence, openUsage } from './open.ts';
export { SqlAccounts } from './sql-accounts.ts';
export { SqlDefence, type SqlDefenceOptions } from './sql-defence.ts';
export { SqlUsage } from './sql-usage.ts';
