import {
  ClientDialogue,
  type ControlConnection,
  classifyAddress,
  dialControl,
  TlsClient,
  type TlsSession,
} from '@duoport/net';
import { FtpConnectionError, FtpReplyError, isCompletion, isFtpError, type Reply } from '@duoport/protocol';
import { unlessAborted } from './deadline.ts';
import { askFeatures } from './features.ts';
import { isUnknown, Session } from './session.ts';
import type { Settings } from './settings.ts';

export interface LoggedIn {
  readonly session: Session;
  readonly greeting: Reply;
}

/** Dials, secures, logs in, and learns what the server can do. Leaves nothing open when it fails. */
export async function openSession(settings: Settings, signal: AbortSignal | undefined): Promise<LoggedIn> {
  const implicit = settings.tlsPlan === 'implicit' ? tlsSession(settings, undefined) : undefined;
  const connection = await dialControl({
    host: settings.host,
    port: settings.port,
    implicitTls: implicit,
    timeout: settings.timeouts.connect,
    signal,
    localAddress: settings.bindAddress,
    trace: settings.trace,
  }).catch((error) => {
    throw tlsFailed(settings, error);
  });
  const tls = settings.tlsPlan === 'none' ? undefined : (implicit ?? tlsSession(settings, connection));
  const control = new ClientDialogue(connection, {
    tls,
    greetingTimeout: settings.timeouts.connect,
    replyTimeout: settings.timeouts.reply,
    trace: settings.trace,
  });
  try {
    return await unlessAborted(signal, greet(new Session(control, settings, tls)));
  } catch (error) {
    control.destroy(error instanceof Error ? error : new Error(String(error)));
    throw error;
  }
}

async function greet(session: Session): Promise<LoggedIn> {
  const greeting = await session.control.greeting;
  if (!isCompletion(greeting)) throw refused('the greeting', greeting);
  const secure = await secureControl(session);
  await logIn(session);
  if (secure) await protectData(session);
  session.features = await askFeatures(session);
  await introduce(session);
  return { session, greeting };
}

/** RFC 4217 §4: AUTH TLS before anything else, so that neither name nor password crosses in clear. */
async function secureControl(session: Session): Promise<boolean> {
  const { control, settings } = session;
  if (settings.tlsPlan === 'none') return false;
  if (settings.tlsPlan === 'implicit') return true;
  const reply = await session.call('AUTH', 'TLS');
  if (reply.code !== 234) {
    const said = `AUTH TLS was answered with ${reply.code} ${reply.lines.join(' ')}`;
    if (settings.tlsPlan === 'explicit') {
      throw new FtpReplyError({
        verb: 'AUTH',
        reply,
        message: `TLS is required, but ${said}. Say ftp:// to go without`,
      });
    }
    session.decide('tls', 'none', said);
    return false;
  }
  try {
    const facts = await control.secured();
    if (
      facts.authorized === false &&
      settings.tls.insecure !== true &&
      settings.tls.fingerprint === undefined
    ) {
      const because =
        'the certificate could not be verified, but the server is on this machine and TLS was not demanded';
      session.decide('certificate', 'accepted', because);
    }
  } catch (error) {
    // What the control connection was lost for came first: it says more than the handshake that broke under
    // it.
    throw tlsFailed(settings, control.lost.aborted ? control.lost.reason : error);
  }
  return true;
}

function tlsFailed(settings: Settings, error: unknown): unknown {
  if (!isFtpError(error) || error.code !== 'FTP_CONNECTION' || error.phase !== 'tls') return error;
  const ways = [
    ...(/certificate/i.test(error.message)
      ? ['pin its certificate with fingerprint', 'name its authority with ca']
      : []),
    ...(settings.tlsPlan === 'opportunistic' ? ["go without TLS with tls: 'none'"] : []),
  ];
  if (ways.length === 0) return error;
  const message = `${error.message}. When you know this server, ${ways.join(', or ')}`;
  return new FtpConnectionError(message, { channel: 'control', phase: 'tls', cause: error });
}

/** RFC 959 §5.4: USER, PASS and ACCT, as far as the server wants them. */
async function logIn(session: Session): Promise<void> {
  const { settings } = session;
  let reply = await session.call('USER', settings.user);
  if (reply.code === 331) reply = await session.call('PASS', settings.password);
  if (reply.code === 332) {
    if (settings.account === undefined)
      throw refused('login', reply, 'The server wants an account: set the option account');
    reply = await session.call('ACCT', settings.account);
  }
  if (!isCompletion(reply)) throw refused('login', reply);
}

/** RFC 4217 §9: PBSZ 0 and PROT. After the login, because some servers know neither before. */
async function protectData(session: Session): Promise<void> {
  const { settings } = session;
  if (settings.dataProtection === 'clear') {
    // Implicit TLS begins with protected data connections; explicit TLS with clear ones.
    if (settings.tlsPlan === 'implicit') {
      await session.call('PBSZ', '0');
      await session.expect('PROT', 'C');
    }
    return;
  }
  await session.call('PBSZ', '0');
  const reply = await session.call('PROT', 'P');
  if (isCompletion(reply)) {
    session.protect = true;
    return;
  }
  const said = `PROT P was answered with ${reply.code} ${reply.lines.join(' ')}`;
  if (settings.tlsPlan === 'opportunistic') return session.decide('data protection', 'clear', said);
  if (settings.tlsPlan === 'implicit' && isUnknown(reply)) {
    session.protect = true;
    return session.decide(
      'data protection',
      'private',
      `${said}; implicit TLS protects data connections anyway`,
    );
  }
  const message = `Files would cross in clear: ${said}. Set dataProtection: 'clear' to accept that`;
  throw new FtpReplyError({ verb: 'PROT', reply, message });
}

/** What only some servers want to be told. A refusal changes nothing. */
async function introduce(session: Session): Promise<void> {
  const { clientName } = session.settings;
  if (clientName !== '' && session.has('CLNT')) await session.call('CLNT', clientName);
  // RFC 2640 needs no OPTS, but servers older than it speak their code page until they are told.
  if (session.has('UTF8')) await session.call('OPTS', 'UTF8 ON');
}

function tlsSession(settings: Settings, connection: ControlConnection | undefined): TlsSession {
  // Who strips AUTH TLS from the greeting needs no certificate, so on ftp:// a bad one shows no more than a
  // careless server; still it is refused, but for a server on this very machine, whose self-signed
  // certificate there is nobody to intercept.
  const local =
    settings.tlsPlan === 'opportunistic' &&
    connection !== undefined &&
    classifyAddress(connection.peer.address) === 'loopback';
  const trusting = local && settings.tls.ca === undefined && settings.tls.fingerprint === undefined;
  return new TlsClient(trusting ? { ...settings.tls, insecure: true } : settings.tls).session(settings.host);
}

function refused(verb: string, reply: Reply, hint?: string): FtpReplyError {
  const said = `${verb} was answered with ${reply.code} ${reply.lines.join(' ')}`;
  return new FtpReplyError({ verb, reply, message: hint === undefined ? said : `${said}. ${hint}` });
}
