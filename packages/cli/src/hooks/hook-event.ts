import type { ServerEvent } from '@duoport/server';
import type { HookKind } from '../config/hooks-schema.ts';
import type { SessionUser } from '../seeing/session-users.ts';

/** What a hook is told. Plain data; its JSON is the body of the POST. */
export interface HookEvent {
  readonly event: HookKind;
  /** ISO 8601, UTC. */
  readonly time: string;
  readonly session: number;
  /** Of the client. */
  readonly address: string;
  readonly user: string | undefined;
  /** As the user sees it; of a name that is no UTF-8 each odd byte is a lone surrogate U+DC80 to U+DCFF. */
  readonly path?: string;
  /** The new name. */
  readonly to?: string;
  readonly bytes?: number;
  /** Milliseconds. */
  readonly duration?: number;
  readonly mode?: 'passive' | 'active' | 'none';
  /** The connection that counts was under TLS: the control connection of a login, the data connection of a transfer. */
  readonly secure?: boolean;
  /** Who is banned: an address, a network, `user:` and a name. */
  readonly banned?: string;
  /** ISO 8601, UTC; without it the ban is for ever. */
  readonly until?: string;
  readonly because?: string;
}

/** Undefined: no hook is called for it. Transfers count when they are complete. */
export function hookEventOf(
  event: ServerEvent,
  user: SessionUser | undefined,
  now: Date,
): HookEvent | undefined {
  const own = ownFacts(event);
  if (own === undefined) return undefined;
  const { session, peer } = event;
  return { time: now.toISOString(), session, address: peer.address, user: user?.name, ...own };
}

type OwnFacts = Omit<HookEvent, 'time' | 'session' | 'address' | 'user'>;

function ownFacts(event: ServerEvent): OwnFacts | undefined {
  switch (event.kind) {
    case 'login':
      return { event: 'login', secure: event.secure };
    case 'transfer':
      return transferFacts(event);
    case 'ban': {
      const { subject: banned, until, because } = event;
      const end = until === undefined ? {} : { until: new Date(until).toISOString() };
      return { event: 'ban', banned, because, ...end };
    }
    case 'changed': {
      const { change, path } = event;
      if (change === 'renamed') return { event: 'rename', path, to: event.to };
      const kinds = { deleted: 'delete', 'made-directory': 'mkdir', 'removed-directory': 'rmdir' } as const;
      return { event: kinds[change], path };
    }
    default:
      return undefined;
  }
}

function transferFacts(event: Extract<ServerEvent, { readonly kind: 'transfer' }>): OwnFacts | undefined {
  const { verb, path, bytes, duration, mode, secure, reply } = event;
  const kind = files[verb];
  if (kind === undefined || reply.code >= 300) return undefined;
  return { event: kind, path, bytes, duration, mode, secure };
}

/** Listings are no files. */
const files: Readonly<Record<string, 'upload' | 'download'>> = {
  RETR: 'download',
  STOR: 'upload',
  APPE: 'upload',
  STOU: 'upload',
};
