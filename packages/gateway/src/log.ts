import type { Endpoint, Reply } from '@duoport/protocol';

/** What a gateway tells about itself as it goes. Plain data; `session` numbers the clients' control connections. */
export type GatewayEvent = { readonly session: number; readonly client: Endpoint } & (
  | { readonly kind: 'connected' }
  | { readonly kind: 'secured'; readonly protocol: string }
  /** A server was reached for this client. */
  | { readonly kind: 'linked'; readonly server: Endpoint; readonly secure: boolean }
  /** A server was not reached; the next one is tried, if there is one. */
  | { readonly kind: 'link-failed'; readonly host: string; readonly error: string }
  | { readonly kind: 'login'; readonly user: string; readonly reply: Reply }
  | {
      readonly kind: 'transfer';
      readonly verb: string;
      readonly argument: string | undefined;
      /** How each side's half of the data connection was made. */
      readonly clientMode: 'passive' | 'active';
      readonly serverMode: 'passive' | 'active';
      readonly clientSecure: boolean;
      readonly serverSecure: boolean;
      readonly bytes: number;
      /** Milliseconds. */
      readonly duration: number;
      readonly reply: Reply;
    }
  /** TLS is passed through: a data connection of this client, or of another one at its address, has ended. */
  | {
      readonly kind: 'passed';
      /** The server's end. */
      readonly server: Endpoint;
      /** Bytes, those of TLS too. */
      readonly toClient: number;
      readonly toServer: number;
      /** Milliseconds. */
      readonly duration: number;
      /** Undefined: both ends have ended it. */
      readonly because: string | undefined;
    }
  | { readonly kind: 'closed'; readonly reason: string }
  /** Something that is a fault of ours: the client got a 451. */
  | { readonly kind: 'bug'; readonly verb: string; readonly error: unknown }
);

export type GatewayLog = (event: GatewayEvent) => void;
