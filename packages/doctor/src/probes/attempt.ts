import { decodeProbe, isFault } from '@duoport/protocol';
import type { Attempt, ServerView } from '../observations.ts';
import type { DataVerb } from '../report.ts';
import type { Context } from './context.ts';
import { DialogueLost } from './dialogue.ts';
import type { Session } from './session.ts';
import type { Moved } from './transfer.ts';

/** One try that is to be made. */
export interface Try {
  readonly verb: DataVerb;
  readonly secure: boolean;
  /** `LIST`, `RETR name`, `SITE NONCE letters`, `STOR name`. */
  readonly transfer: Transfer;
  /** Active: behind a NOOP in one segment. */
  readonly hidden?: boolean | undefined;
  /** Passive: the control connection's peer only, whatever the reply names. */
  readonly peerOnly?: boolean | undefined;
  /** Under TLS: do not offer the session of the control connection. */
  readonly unresumed?: boolean | undefined;
}

export interface Transfer {
  readonly verb: 'LIST' | 'RETR' | 'STOR' | 'SITE';
  readonly argument: string | undefined;
  readonly upload?: Uint8Array | undefined;
}

/** An attempt with what came over its data connection, for who chooses what to try next. */
export interface Tried {
  readonly attempt: Attempt;
  readonly sample: Uint8Array;
}

/** Fields are filled in one after the other, as far as it gets. */
export type Draft = { -readonly [Key in keyof Attempt]: Attempt[Key] };

export function draft(request: Try): Draft {
  const { verb, secure, hidden } = request;
  return {
    verb,
    secure,
    ...(hidden ? { hidden } : {}),
    transfer: undefined,
    agreed: undefined,
    announced: undefined,
    dials: [],
    accepted: undefined,
    synsSeen: undefined,
    preliminary: undefined,
    final: undefined,
    tls: undefined,
    bytes: 0,
    outcome: 'fails',
    lost: undefined,
    server: undefined,
    took: 0,
  };
}

/** What is reported of a transfer: never its secret parts. */
export function nameOf({ verb, argument }: Transfer): string {
  if (verb === 'SITE') return 'SITE NONCE';
  return argument === undefined ? verb : `${verb} ${argument}`;
}

export function fillIn(into: Draft, moved: Moved): void {
  into.preliminary = moved.preliminary;
  into.final = moved.final;
  into.tls = moved.tls;
  into.bytes = moved.bytes;
  into.error = moved.error;
  into.outcome = moved.works ? 'works' : 'fails';
}

/** What a server of our own kind tells. Undefined when it tells nothing, or the control connection is lost. */
export async function askServer(context: Context, session: Session): Promise<ServerView | undefined> {
  if (!session.probes || session.dialogue.loss !== undefined) return undefined;
  try {
    const reply = await session.dialogue.call('SITE', 'PROBE', context.clock.atMost(context.replyPatience));
    const view = decodeProbe(reply);
    return isFault(view) ? undefined : view;
  } catch (error) {
    if (error instanceof DialogueLost) return undefined;
    throw error;
  }
}
