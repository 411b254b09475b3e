import type { Change } from './command.ts';
import type { SessionLog } from './log.ts';
import type { SessionState } from './session-state.ts';

/** Tells of what a command has changed, once the session has changed. */
export function logChange(
  log: SessionLog,
  change: Change,
  of: { state: SessionState; secure: boolean },
): void {
  const { user = '', login } = of.state;
  const { refused, changed, unavailable, limited } = change;
  if (refused !== undefined) log({ kind: 'login-refused', user, ...(refused === true ? {} : refused) });
  if (changed !== undefined) log({ kind: 'changed', ...changed });
  if (unavailable !== undefined) log({ kind: 'logins-unavailable', user, because: unavailable });
  if (limited !== undefined) log({ kind: 'limited', limit: limited, ...(user === '' ? {} : { user }) });
  if (!change.login || login === undefined) return;
  log({ kind: 'login', user: login.user, secure: of.secure, anonymous: login.anonymous === true });
}
