import { type ControlConnection, dialControl, type TlsSession } from '@duoport/net';
import { isCompletion } from '@duoport/protocol';
import type { Access, Context } from './context.ts';
import { Dialogue, DialogueLost } from './dialogue.ts';
import { type Said, said } from './text.ts';

/** A control connection that is logged in. */
export interface Session {
  readonly dialogue: Dialogue;
  readonly secure: boolean;
  /** TLS of data connections: present when they are protected. */
  readonly tls: TlsSession | undefined;
  /** The same without the control connection's session, to see what a server says to that. */
  readonly freshTls: (() => TlsSession) | undefined;
  /** A server of our own kind: SITE PROBE tells what it saw. */
  readonly probes: boolean;
}

/** Where a login stopped. */
export class LoginRefused extends Error {
  readonly step: 'greeting' | 'auth' | 'login';
  readonly said: Said;

  constructor(step: LoginRefused['step'], reply: Said) {
    super(`${step}: ${reply.code} ${reply.text}`);
    this.step = step;
    this.said = reply;
  }
}

/** Dials. Rejects with an FtpError of net. `dialled`: a connection that is open already. */
export async function openDialogue(
  context: Context,
  access: Pick<Access, 'target' | 'implicit'>,
  tls: TlsSession | undefined,
  dialled?: ControlConnection,
): Promise<Dialogue> {
  const { clock, patience, replyPatience, signal, options } = context;
  const { address: host, port } = access.target;
  const timeout = clock.atMost(patience);
  const { bindAddress: localAddress } = options;
  const connection =
    dialled ?? (await dialControl({ host, port, timeout, signal, localAddress, keepAlive: false }));
  if (access.implicit && tls !== undefined) {
    await connection.startTls(tls, { timeout: clock.atMost(replyPatience), signal });
  }
  const dialogue = new Dialogue(connection, tls);
  context.dialogues.add(dialogue);
  return dialogue;
}

/** USER, PASS. The replies before the last are of no interest. */
export async function logIn(context: Context, dialogue: Dialogue, access: Access): Promise<Said> {
  // Servers wait before they say that a password is wrong.
  const wait = () => context.clock.atMost(context.replyPatience * 2);
  let reply = await dialogue.call('USER', access.user, wait());
  if (reply.code === 331) reply = await dialogue.call('PASS', access.password, wait());
  return said(reply);
}

/** PBSZ and PROT P, TYPE I, the folder. Undefined: data connections stay in clear. */
export async function prepare(
  context: Context,
  dialogue: Dialogue,
  access: Access,
): Promise<{ protection: Said | undefined }> {
  const call = (verb: string, argument?: string) =>
    dialogue.call(verb, argument, context.clock.atMost(context.replyPatience));
  let protection: Said | undefined;
  if (dialogue.connection.secure) {
    await call('PBSZ', '0');
    protection = said(await call('PROT', 'P'));
  }
  await call('TYPE', 'I');
  if (access.path !== '') await call('CWD', access.path);
  return { protection };
}

/** One more session like the first one. Leaves nothing open when it fails. */
export async function openSession(context: Context, access: Access, secure: boolean): Promise<Session> {
  const tls = secure ? access.tls.session(access.host) : undefined;
  const dialogue = await openDialogue(context, secure ? access : { ...access, implicit: false }, tls);
  const { clock, replyPatience } = context;
  try {
    const greeting = await dialogue.greeting(clock.atMost(replyPatience));
    if (!isCompletion(greeting)) throw new LoginRefused('greeting', said(greeting));
    if (secure && !access.implicit) {
      const reply = await dialogue.call('AUTH', 'TLS', clock.atMost(replyPatience));
      if (reply.code !== 234) throw new LoginRefused('auth', said(reply));
      await dialogue.secured(clock.atMost(replyPatience));
    }
    const login = await logIn(context, dialogue, access);
    if (login.code !== 230 && login.code !== 202) throw new LoginRefused('login', login);
    const { protection } = await prepare(context, dialogue, access);
    const isProtected = protection !== undefined && protection.code < 300;
    return sessionOf(access, dialogue, isProtected ? tls : undefined);
  } catch (error) {
    await closeDialogue(context, dialogue);
    throw error;
  }
}

/** `tls`: that of protected data connections. */
export function sessionOf(access: Access, dialogue: Dialogue, tls: TlsSession | undefined): Session {
  return {
    dialogue,
    secure: dialogue.connection.secure,
    tls,
    freshTls: tls && (() => access.tls.session(access.host)),
    probes: access.probes,
  };
}

export async function closeDialogue(context: Context, dialogue: Dialogue): Promise<void> {
  await dialogue.close();
  context.dialogues.delete(dialogue);
}

/** Why there is no session, in one line. */
export function refusalText(error: unknown): string {
  if (error instanceof LoginRefused) return error.message;
  if (error instanceof DialogueLost) return `${error.loss.verb}: ${error.loss.text}`;
  return error instanceof Error ? error.message : String(error);
}
