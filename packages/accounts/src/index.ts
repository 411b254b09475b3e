export { AccountChain, type AccountSource } from './account-chain.ts';
export {
  CertificateAccounts,
  type CertificateAccountsOptions,
  type CertificateName,
  type CertificatePolicy,
} from './certificates/certificate-accounts.ts';
export { HttpAccounts, type HttpAccountsOptions } from './http/http-accounts.ts';
export { LdapAccounts, type LdapAccountsOptions } from './ldap/ldap-accounts.ts';
export type { LdapGroupOptions } from './ldap/ldap-groups.ts';
export type { LdapServer } from './ldap/ldap-link.ts';
export {
  type AccountsModule,
  loadAccountsModule,
  ModuleAccounts,
  type ModuleAccountsOptions,
  type ModuleAnswer,
} from './module-accounts.ts';
export type { PaceOptions } from './pace.ts';
export type { RulesReader } from './rules-reader.ts';
export { SystemAccounts, type SystemAccountsOptions } from './system/system-accounts.ts';
