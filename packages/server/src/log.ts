import type { Endpoint, Reply } from '@duoport/protocol';

/** What a server tells about itself as it goes. Plain data; `session` numbers the control connections. */
export type ServerEvent = { readonly session: number; readonly peer: Endpoint } & (
  | { readonly kind: 'connected' }
  | { readonly kind: 'secured'; readonly protocol: string }
  | { readonly kind: 'login'; readonly user: string; readonly secure: boolean }
  | { readonly kind: 'login-refused'; readonly user: string }
  | {
      readonly kind: 'transfer';
      readonly verb: string;
      readonly path: string;
      readonly mode: 'passive' | 'active' | 'none';
      readonly secure: boolean;
      readonly bytes: number;
      /** Milliseconds. */
      readonly duration: number;
      readonly reply: Reply;
    }
  | { readonly kind: 'closed'; readonly reason: string }
  /** Something that is a fault of ours: the session got a 451. */
  | { readonly kind: 'bug'; readonly verb: string; readonly error: unknown }
);

export type ServerLog = (event: ServerEvent) => void;

type Facts<Event> = Event extends ServerEvent ? Omit<Event, 'session' | 'peer'> : never;

/** Tells the log what happened in one session. */
export type SessionLog = (facts: Facts<ServerEvent>) => void;

export function sessionLog(log: ServerLog | undefined, session: number, peer: Endpoint): SessionLog {
  if (log === undefined) return () => undefined;
  return (facts) => log({ session, peer, ...facts } as ServerEvent);
}
