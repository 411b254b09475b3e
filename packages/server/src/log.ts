import { type PortRange, type TlsFacts, type TlsFault, tlsFault } from '@duoport/net';
import type { Endpoint, Reply } from '@duoport/protocol';
import type { DataCause } from './data-cause.ts';
import type { DataFailure } from './data-story.ts';
import type { Ban } from './defence/ban.ts';
import type { Offence } from './defence/offences.ts';
import type { OpenedData } from './opened-data.ts';

/** What a client came up against. */
export type Limit =
  | 'banned'
  | 'sessions'
  | 'sessions-per-address'
  | 'user-sessions'
  | 'logins-per-minute'
  | 'commands-per-second'
  | 'tls-handshakes';

/**
 * What a server tells about itself as it goes. Plain data; `session` numbers the control connections, and is 0, with a peer of port 0, where
 * it is the affair of none.
 */
export type ServerEvent = { readonly session: number; readonly peer: Endpoint } & (
  | { readonly kind: 'connected' }
  | ({ readonly kind: 'secured' } & SecuredFacts)
  /** A handshake of the control connection that came to nothing; `because` says what to do about it. */
  | { readonly kind: 'tls-failed'; readonly fault: TlsFault; readonly because: string }
  | {
      readonly kind: 'login';
      readonly user: string;
      readonly secure: boolean;
      readonly anonymous: boolean;
    }
  /** `because`: where name and password were right. */
  | { readonly kind: 'login-refused'; readonly user: string; readonly because?: string }
  /** Nobody could say who may come in: the client got a 421. */
  | { readonly kind: 'logins-unavailable'; readonly user: string; readonly because: string }
  | {
      readonly kind: 'transfer';
      readonly verb: string;
      readonly path: string;
      /** `send`: to the client. */
      readonly direction: 'send' | 'receive';
      readonly type: 'image' | 'ascii';
      readonly mode: 'passive' | 'active' | 'none';
      readonly secure: boolean;
      readonly bytes: number;
      /** Milliseconds. */
      readonly duration: number;
      readonly reply: Reply;
      /** Undefined: there was none; what became of it was told by `data-failed`, or it was never awaited. */
      readonly data: OpenedData | undefined;
    }
  /** A name was changed on the client's behalf. */
  | ({ readonly kind: 'changed' } & NameChange)
  /** A data connection that was agreed on did not come about. */
  | ({
      readonly kind: 'data-failed';
      /** Whether the control connection is under TLS: NAT helpers see nothing then. */
      readonly secure: boolean;
      readonly cause: DataCause;
      /** The same in one plain sentence part, with what to do. */
      readonly explanation: string;
    } & DataFailure)
  /** Several failed for the same reason, none worked in between: told once for a cause and a network of clients. */
  | ({ readonly kind: 'data-shut'; readonly network: string; readonly failures: number } & DataAdvice)
  | { readonly kind: 'closed'; readonly reason: string }
  /** What was asked for was refused, or the session ended, for there is too much of it. */
  | { readonly kind: 'limited'; readonly limit: Limit; readonly user?: string }
  /** The peer did what a ban may come of. A wrong login is told as `login-refused`. */
  | { readonly kind: 'offence'; readonly offence: Offence }
  | ({ readonly kind: 'ban' } & Ban)
  | { readonly kind: 'unban'; readonly subject: string }
  /** What nodes share cannot be reached: this one goes on with the bans that it knows. */
  | { readonly kind: 'defence-alone'; readonly because: string }
  | { readonly kind: 'defence-shared' }
  /** Something that is a fault of ours: the session got a 451. */
  | { readonly kind: 'bug'; readonly verb: string; readonly error: unknown }
);

/** What became of a file or directory. */
export type NameChange =
  | {
      readonly change: 'deleted' | 'made-directory' | 'removed-directory';
      /** As the client sees it, like that of a transfer. */
      readonly path: string;
    }
  | { readonly change: 'renamed'; readonly path: string; readonly to: string };

/** What to open, and where; without `opens` no firewall rule helps. */
export interface DataAdvice {
  readonly cause: DataCause;
  readonly explanation: string;
  readonly opens:
    | {
        readonly side: 'server' | 'client';
        readonly mode: 'passive' | 'active';
        readonly controlPort: number;
        /** The server's passive range; undefined: it has none, and should get one. */
        readonly passivePorts: PortRange | undefined;
        readonly sourcePort: number | undefined;
        readonly server: string;
        readonly secure: boolean;
      }
    | undefined;
}

/** TLS of a control connection. */
interface SecuredFacts {
  readonly protocol: string;
  readonly cipher: string;
  /** The host that the client has asked for in the handshake. */
  readonly serverName?: string;
  /** Subject of the client's certificate, which was verified. */
  readonly certificate?: string;
}

export function securedFacts({ protocol, cipher, serverName, certificate }: TlsFacts): SecuredFacts {
  return {
    protocol,
    cipher,
    ...(serverName === undefined ? {} : { serverName }),
    ...(certificate === undefined ? {} : { certificate: certificate.subject }),
  };
}

export function failedHandshake(error: unknown): { readonly fault: TlsFault; readonly because: string } {
  return { fault: tlsFault(error), because: error instanceof Error ? error.message : String(error) };
}

export type ServerLog = (event: ServerEvent) => void;

type Facts<Event> = Event extends ServerEvent ? Omit<Event, 'session' | 'peer'> : never;

/** Tells the log what happened in one session. */
export type SessionLog = (facts: Facts<ServerEvent>) => void;

export function sessionLog(log: ServerLog | undefined, session: number, peer: Endpoint): SessionLog {
  if (log === undefined) return () => undefined;
  return (facts) => log({ session, peer, ...facts } as ServerEvent);
}
