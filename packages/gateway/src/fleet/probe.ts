import type { PortPool } from '@duoport/net';
import { endpoint, FtpReplyError, isFtpError } from '@duoport/protocol';
import { ServerLink } from '../server-link.ts';
import { type ServerMode, serverVerbs } from '../server-verbs.ts';
import type { Upstream } from '../upstream.ts';

/** Whom a probe logs in as. Without it, what comes after the login cannot be probed. */
export interface ProbeLogin {
  readonly user: string;
  readonly password: string;
}

export interface ProbeOptions {
  readonly login: ProbeLogin | undefined;
  readonly pool: PortPool;
  /** Milliseconds for each step. */
  readonly timeout: number;
  readonly signal: AbortSignal;
}

/** A PROXY header needs a client, and a probe is nobody's. */
const itself = endpoint('127.0.0.1', 1);

/**
 * Goes as far as a client would: connection, greeting, TLS; with a login, that too; and where data connections to this server may be
 * passive, one of them is opened. Resolves with what is wrong; undefined: nothing.
 */
export async function probe(upstream: Upstream, options: ProbeOptions): Promise<string | undefined> {
  const { login, pool, timeout, signal } = options;
  try {
    const link = await ServerLink.open(
      {
        upstream,
        client: { source: itself, destination: itself },
        pool,
        connectTimeout: timeout,
        replyTimeout: timeout,
        dataTimeout: timeout,
        trace: undefined,
        trail: [],
      },
      signal,
    );
    try {
      if (login !== undefined) {
        await logIn(link, login);
        await openData(link, signal);
      }
      await link.dialogue.call('QUIT');
      await link.dialogue.gone;
      return undefined;
    } finally {
      link.close();
    }
  } catch (error) {
    if (!isFtpError(error)) throw error;
    return error.message;
  }
}

async function logIn(link: ServerLink, { user, password }: ProbeLogin): Promise<void> {
  let answer = await link.dialogue.call('USER', user);
  if (answer.code === 331) answer = await link.dialogue.call('PASS', password);
  if (answer.code !== 230) throw new FtpReplyError({ verb: 'the login of the probe', reply: answer });
  await link.protect();
}

/** A range that is shut shows at once: the listener is there, or the firewall in front of it answers for it. */
async function openData(link: ServerLink, signal: AbortSignal): Promise<void> {
  const { mode = 'same' } = link.upstream;
  if (isActive(mode)) return;
  const verbs = serverVerbs(mode === 'same' ? 'passive' : mode, 'EPSV', link.peer.family);
  const arrangement = await link.arrange(verbs, signal);
  try {
    await arrangement.open();
  } finally {
    arrangement.drop();
  }
}

function isActive(mode: ServerMode): boolean {
  return mode === 'active' || mode === 'PORT' || mode === 'EPRT';
}
