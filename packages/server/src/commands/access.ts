import { reply } from '@duoport/protocol';
import type { Login, LoginAttempt } from '../accounts/accounts.ts';
import { type Change, type Context, command } from '../command.ts';
import { initialParameters } from '../parameters.ts';

/** RFC 959 §4.1.1: USER begins a login. Known and unknown names get the same answer (RFC 2577 §7). */
export const user = command('USER', async (context) => {
  const name = context.argument;
  const step = (await context.settings.accounts.begin?.(attempt(context, name, undefined))) ?? 'password';
  if (step === 'nothing') return logIn(context, name, undefined);
  const text = step === 'address' ? 'Send your address as the password' : 'Password required';
  return { reply: reply(331, text), user: name, login: null };
});

/** RFC 959 §4.1.1. */
export const pass = command('PASS', (context) => logIn(context, context.user ?? '', context.argument));

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
export const host = command('HOST', ({ argument, settings, login }) => {
  if (login !== undefined) return reply(503, 'HOST comes before USER');
  const name = argument.toLowerCase();
  const known = settings.hosts.some((each) => each.toLowerCase() === name);
  if (!known) return reply(504, `This server does not answer for ${argument}`);
  return { reply: reply(220, `Host ${argument}`), parameters: { host: name } };
});

async function logIn(context: Context, name: string, password: string | undefined): Promise<Change> {
  const login = await context.settings.accounts.login(attempt(context, name, password));
  if (login === undefined)
    return { reply: reply(530, 'Login incorrect'), login: null, user: name, refused: true };
  return { reply: welcome(login), user: name, login, parameters: { directory: login.home } };
}

function welcome({ user: name, anonymous }: Login) {
  return reply(230, anonymous === true ? 'Welcome, guest' : `Logged in as ${name.replace(/[\0\r\n]/g, '?')}`);
}

function attempt(context: Context, name: string, password: string | undefined): LoginAttempt {
  const { peer, secure, parameters } = context;
  const facts = { user: name, password, peer, secure };
  return parameters.host === undefined ? facts : { ...facts, host: parameters.host };
}
