import { reply } from '@duoport/protocol';
import { AccountsUnavailable, type Login, type LoginAttempt, type Refusal } from '../accounts/accounts.ts';
import { type Change, type Context, command } from '../command.ts';
import { knock, passed, punished, seatOf } from '../defence/at-the-door.ts';
import { initialParameters } from '../parameters.ts';
import { then } from '../then.ts';

/** RFC 959 §4.1.1: USER begins a login. Known and unknown names get the same answer (RFC 2577 §7). */
export const user = command('USER', (context) => {
  const name = context.argument;
  const begun = context.settings.accounts.begin?.(attempt(context, name, undefined)) ?? 'password';
  return then(begun, (step) => {
    if (step === 'nothing') return logIn(context, attempt(context, name, undefined));
    if (step === 'proven') return logIn(context, { ...attempt(context, name, undefined), proven: true });
    const text = step === 'address' ? 'Send your address as the password' : 'Password required';
    return { reply: reply(331, text), user: name, login: null };
  });
});

/** RFC 959 §4.1.1. */
export const pass = command('PASS', (context) =>
  logIn(context, attempt(context, context.user ?? '', context.argument)),
);

/** RFC 959 §4.1.1: REIN logs out and resets every parameter; a transfer in progress has ended by then. */
export const rein = command('REIN', ({ order }) => ({
  reply: reply(220, 'Ready for a new user'),
  login: null,
  parameters: initialParameters(order.tls !== 'clear'),
  dropData: true,
}));

/** RFC 959 §4.1.1: the machine closes the control connection after the 221. */
export const quit = command('QUIT', () => reply(221, 'Goodbye'));

/** RFC 7151: HOST chooses the virtual host before the login. */
export const host = command('HOST', ({ argument, settings, login, tls }) => {
  if (login !== undefined) return reply(503, 'HOST comes before USER');
  const name = argument.toLowerCase();
  const { hosts, tls: ours } = settings;
  const known =
    hosts.some((each) => each.toLowerCase() === name) || (ours?.hasSeveral === true && ours.covers(name));
  if (!known) return reply(504, `This server does not answer for ${argument}`);
  // RFC 7151: a client that has asked for a host in its TLS handshake cannot ask for another one now.
  if (tls?.serverName !== undefined && tls.serverName !== name)
    return reply(504, `The TLS session is for ${tls.serverName}: HOST cannot name another host`);
  return { reply: reply(220, `Host ${argument}`), parameters: { host: name } };
});

async function logIn(context: Context, asked: LoginAttempt): Promise<Change> {
  const { user: name, proven } = asked;
  const out = { login: null, user: name } as const;
  try {
    const knocked = await knock(context, name);
    if (knocked?.kind === 'leave') return { ...out, reply: reply(421, knocked.told), limited: knocked.limit };
    const login = await context.settings.accounts.login(asked);
    if (login === undefined || knocked?.barred === true) return await wrong(context, name, true);
    if ('because' in login) {
      // Whoever is told no more than that it was wrong waits as if it were.
      const { because, told, wrong: isWrong } = login;
      if (isWrong || told === undefined) return await wrong(context, name, isWrong ?? { because });
      return { ...out, ...refused(login) };
    }
    const faults = limitFault(context, login);
    if (faults !== undefined) return { ...out, ...refused({ because: faults, told: faults }) };
    const seat = await seatOf(context, login);
    if (seat === undefined) {
      const because = `All ${login.limits?.sessions} sessions of this account are in use`;
      return { ...out, ...refused({ because, told: because }), limited: 'user-sessions' };
    }
    await passed(context, name);
    return { reply: welcome(login, proven), user: name, login, seat, parameters: { directory: login.home } };
  } catch (error) {
    if (!isUnavailable(error)) throw error;
    const text = 'Logins are not possible at the moment; try again later';
    return { ...out, reply: reply(421, text), unavailable: error.message };
  }
}

/** By its name: it may come from another process. */
function isUnavailable(error: unknown): error is Error {
  return (
    error instanceof Error && (error instanceof AccountsUnavailable || error.name === 'AccountsUnavailable')
  );
}

const incorrect = reply(530, 'Login incorrect');

/** The answer to a name that there is not, a wrong password, and a name that is banned: the same, after the same time. */
async function wrong(context: Context, user: string, refusal: Change['refused'] & {}): Promise<Change> {
  await punished(context, user);
  return { login: null, user, reply: incorrect, refused: refusal };
}

function refused({ because, told }: Refusal): Pick<Change, 'reply' | 'refused'> {
  const text = told?.replace(/[\0\r\n]/g, ' ');
  return { reply: text === undefined ? incorrect : reply(530, text), refused: { because } };
}

/** What keeps this session from what the account asks for. */
function limitFault({ secure }: Context, { limits }: Login): string | undefined {
  const needed = limits?.requireTls;
  if (secure || needed === undefined || needed === 'data') return undefined;
  return 'This account may log in over TLS only: send AUTH TLS first';
}

function welcome({ user: name, anonymous }: Login, proven: true | undefined) {
  // RFC 2228 §5.1: 232 where the certificate was enough.
  return reply(
    proven ? 232 : 230,
    anonymous === true ? 'Welcome, guest' : `Logged in as ${name.replace(/[\0\r\n]/g, '?')}`,
  );
}

function attempt(context: Context, name: string, password: string | undefined): LoginAttempt {
  const { peer, secure, parameters, tls } = context;
  return {
    user: name,
    password,
    peer,
    secure,
    ...(parameters.host === undefined ? {} : { host: parameters.host }),
    ...(tls?.certificate === undefined ? {} : { certificate: tls.certificate }),
  };
}
