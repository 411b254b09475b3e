import { type Reply, reply } from './reply.ts';
import type { VerbRow } from './verbs.ts';

/*
 * The order of an FTP dialogue, for both ends. Nothing else in the repository decides what may follow what.
 *
 * A session is five small machines that run beside each other. Each sees every command together with its final
 * reply, and moves only when a row below names that verb and that code; a refused command moves nothing.
 *
 * - login: RFC 959 §5.4. `greeting` until the 220, then USER → PASS → ACCT. A server decides with its reply code how
 *   many of the three it wants. REIN and AUTH throw the login away (RFC 2228 §3, RFC 4217 §10.1: who was logged in
 *   before the security exchange proves nothing after it).
 * - tls: RFC 4217. `clear` → AUTH → `secure` → PBSZ → `sized`; PROT only from `sized`. CCC goes back to a clear control
 *   connection but keeps the right to PROT, because the data connection stays protected.
 * - rename: RFC 959 §4.1.3: RNFR must be followed at once by RNTO; any other command in between forgets the name.
 * - restart: RFC 3659 §5: REST stands until the next transfer, whatever became of that. PASV, PORT and TYPE may come in
 *   between: every client in use sends them there.
 * - passive: RFC 2428 §4: after EPSV ALL only EPSV may set up data connections, until the session starts anew.
 */
export interface Order {
  readonly login: 'greeting' | 'user' | 'password' | 'account' | 'ready';
  readonly tls: 'clear' | 'secure' | 'sized' | 'cleared';
  readonly rename: 'none' | 'from';
  readonly restart: 'none' | 'set';
  readonly passive: 'any' | 'epsv-only';
}

export type OrderPart = keyof Order;

/** One arrow of the diagram. `on: 'CONNECT'` is the greeting; `codes` are the final replies that let it happen. */
export interface Transition {
  readonly part: OrderPart;
  readonly from: readonly string[] | 'any';
  readonly on: string;
  readonly codes: readonly number[];
  readonly to: string;
}

export const transitions: readonly Transition[] = [
  { part: 'login', from: ['greeting'], on: 'CONNECT', codes: [220], to: 'user' },
  { part: 'login', from: 'any', on: 'USER', codes: [331], to: 'password' },
  { part: 'login', from: 'any', on: 'USER', codes: [332], to: 'account' },
  { part: 'login', from: 'any', on: 'USER', codes: [230, 232], to: 'ready' },
  { part: 'login', from: 'any', on: 'USER', codes: [530], to: 'user' },
  { part: 'login', from: ['password'], on: 'PASS', codes: [202, 230], to: 'ready' },
  { part: 'login', from: ['password'], on: 'PASS', codes: [332], to: 'account' },
  { part: 'login', from: ['password'], on: 'PASS', codes: [530], to: 'user' },
  { part: 'login', from: ['account'], on: 'ACCT', codes: [202, 230], to: 'ready' },
  { part: 'login', from: ['account'], on: 'ACCT', codes: [530], to: 'user' },
  { part: 'login', from: 'any', on: 'REIN', codes: [220], to: 'user' },
  { part: 'login', from: 'any', on: 'AUTH', codes: [234], to: 'user' },
  { part: 'tls', from: ['clear', 'cleared'], on: 'AUTH', codes: [234], to: 'secure' },
  { part: 'tls', from: ['secure', 'sized'], on: 'PBSZ', codes: [200], to: 'sized' },
  { part: 'tls', from: ['secure', 'sized'], on: 'CCC', codes: [200], to: 'cleared' },
  { part: 'rename', from: 'any', on: 'RNFR', codes: [350], to: 'from' },
  { part: 'restart', from: 'any', on: 'REST', codes: [350], to: 'set' },
  { part: 'restart', from: 'any', on: 'RANG', codes: [350], to: 'set' },
  { part: 'restart', from: 'any', on: 'REIN', codes: [220], to: 'none' },
  { part: 'passive', from: 'any', on: 'EPSV ALL', codes: [200], to: 'epsv-only' },
  { part: 'passive', from: 'any', on: 'REIN', codes: [220], to: 'any' },
];

/** What a verb needs of one machine, and the reply of a server that must refuse it. */
export interface Requirement {
  readonly verb: string;
  readonly part: OrderPart;
  readonly in: readonly string[];
  readonly refusal: Reply;
}

const authFirst = reply(503, 'Secure the control connection with AUTH TLS first.');

export const requirements: readonly Requirement[] = [
  { verb: 'PASS', part: 'login', in: ['password'], refusal: reply(503, 'Log in with USER first.') },
  { verb: 'ACCT', part: 'login', in: ['account'], refusal: reply(503, 'No account was asked for.') },
  {
    verb: 'AUTH',
    part: 'tls',
    in: ['clear', 'cleared'],
    refusal: reply(503, 'The control connection is secure already.'),
  },
  { verb: 'PBSZ', part: 'tls', in: ['secure', 'sized'], refusal: authFirst },
  { verb: 'PROT', part: 'tls', in: ['sized', 'cleared'], refusal: reply(503, 'Send PBSZ 0 before PROT.') },
  { verb: 'CCC', part: 'tls', in: ['secure', 'sized'], refusal: authFirst },
  { verb: 'RNTO', part: 'rename', in: ['from'], refusal: reply(503, 'Send RNFR first.') },
];

const epsvOnly = reply(503, 'EPSV ALL is in force: only EPSV may set up data connections.');
const needLogin = reply(530, 'Please log in with USER and PASS.');

const transitionsOf = grouped(transitions, (row) => row.on);
const requirementsOf = grouped(requirements, (row) => row.verb);

/** The order at the moment the connection stands. Implicit TLS starts secure, and sized: its clients seldom send PBSZ. */
export function startOrder(implicitTls: boolean): Order {
  return {
    login: 'greeting',
    tls: implicitTls ? 'sized' : 'clear',
    rename: 'none',
    restart: 'none',
    passive: 'any',
  };
}

/** The reply that refuses this verb now, or undefined where the order allows it. */
export function refusal(order: Order, row: VerbRow): Reply | undefined {
  return outOfTurn(order, row) ?? notYet(order, row);
}

/** The part of `refusal` that also holds for a verb which this server cannot do at all: who it is must be known first. */
export function notYet(order: Order, row: VerbRow): Reply | undefined {
  return row.needs === 'login' && order.login !== 'ready' ? needLogin : undefined;
}

function outOfTurn(order: Order, row: VerbRow): Reply | undefined {
  for (const required of requirementsOf.get(row.verb) ?? []) {
    if (!required.in.includes(order[required.part])) return required.refusal;
  }
  if (row.opensData !== 'no' && order.passive === 'epsv-only' && row.verb !== 'EPSV') return epsvOnly;
  return undefined;
}

/** The order after `verb` got the final reply `code`. `row` is undefined for the greeting (`CONNECT`). */
export function advance(order: Order, verb: string, code: number, row?: VerbRow): Order {
  let next = order;
  // A pending name or marker dies with the command that follows, unless that one belongs to a running transfer.
  if (order.rename === 'from' && verb !== 'RNFR' && row?.duringTransfer !== true) {
    next = { ...next, rename: 'none' };
  }
  if (order.restart === 'set' && row !== undefined && row.transfer !== 'no')
    next = { ...next, restart: 'none' };
  for (const row of transitionsOf.get(verb) ?? []) {
    const from = row.from === 'any' || row.from.includes(order[row.part]);
    if (from && row.codes.includes(code)) next = { ...next, [row.part]: row.to };
  }
  return next;
}

function grouped<T>(rows: readonly T[], key: (row: T) => string): ReadonlyMap<string, readonly T[]> {
  const map = new Map<string, T[]>();
  for (const row of rows) {
    const list = map.get(key(row));
    if (list === undefined) map.set(key(row), [row]);
    else list.push(row);
  }
  return map;
}
