import type { Awaitable } from '@duoport/net';
import { type Reply, reply, type VerbRow } from '@duoport/protocol';
import type { Answer, Context } from './command.ts';
import { handlerOf } from './commands.ts';
import type { Power } from './powers.ts';
import { replyForError } from './reply-for-error.ts';

/** What is told when a power that the verb's row asks for is not there. */
const missing: Partial<Record<Power, string>> = {
  passive: 'Passive mode is switched off here; use PORT or EPRT',
  active: 'Active mode is switched off here; use PASV or EPSV',
  tls: 'TLS is not set up on this server',
};

/**
 * The pipeline around every handler. The machine has seen to it that the verb is known, has its argument and may come
 * now; the rest asks the verb's row only: power → policy → permission → run → map errors.
 */
export function dispatch(context: Context, bug: (error: unknown) => void): Awaitable<Answer> {
  const { row } = context.run;
  const handler = handlerOf(row);
  if (handler === undefined) return reply(502, `${row.verb} is not available on this server`);
  if (row.power !== undefined && !context.powers.has(row.power)) {
    return reply(502, missing[row.power] ?? `${row.verb} is not available on this server`);
  }
  const refused = policy(row, context) ?? permission(row, context);
  if (refused !== undefined) return refused;
  try {
    const answer = handler.handle(context);
    return answer instanceof Promise ? answer.catch((error) => failed(error, bug)) : answer;
  } catch (error) {
    return failed(error, bug);
  }
}

/** RFC 4217 §10: 521 where the data connection must be protected, 534 where the control connection must be. */
function policy(row: VerbRow, { settings, secure, parameters, login }: Context): Reply | undefined {
  const own = login?.limits?.requireTls;
  const data = settings.requireTls.data || own === 'data' || own === 'both';
  if (!secure && settings.requireTls[login === undefined ? 'login' : 'control'] && reveals(row)) {
    return reply(
      534,
      'This server wants TLS: send AUTH TLS first (in your client, choose FTP with explicit TLS)',
    );
  }
  if (data && row.transfer !== 'no' && parameters.protection === 'clear') {
    return reply(
      521,
      'Data connections must be protected here: send PBSZ 0 and PROT P (in your client, encrypt data too)',
    );
  }
  return undefined;
}

/** Says who the user is, or belongs to a session that is logged in. */
function reveals(row: VerbRow): boolean {
  return row.secret || row.needs === 'login' || row.identifies;
}

function permission(row: VerbRow, { login }: Context): Reply | undefined {
  if (row.permission === 'none' || login?.permissions.has(row.permission) === true) return undefined;
  return reply(550, `Permission denied: this account may not ${row.permission.replace('-', ' ')} here`);
}

function failed(error: unknown, bug: (error: unknown) => void): Reply {
  const known = replyForError(error);
  if (known !== undefined) return known;
  bug(error);
  return reply(451, 'A fault of this server; it has been logged');
}
