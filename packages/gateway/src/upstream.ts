import type {
  Awaitable,
  ConnectionTarget,
  ControlConnection,
  DataWay,
  DialControlOptions,
  PassiveAddressPolicy,
  TlsClientSettings,
} from '@duoport/net';
import type { Endpoint } from '@duoport/protocol';
import type { ServerMode } from './server-verbs.ts';

/** How a server is reached that cannot be dialled from here. The data connections go the way of their control connection. */
export interface ServerWay {
  open(options: DialControlOptions): Promise<{ readonly control: ControlConnection; readonly data: DataWay }>;
}

/** A server behind the gateway, and how it is spoken to. */
export interface Upstream {
  /** Name or address. */
  readonly host: string;
  /** `host` is a name of SRV records (RFC 2782), `_ftp._tcp.example.org`: they say which servers there are. Default false. */
  readonly service?: boolean | undefined;
  /** Default 21, or 990 with implicit TLS. */
  readonly port?: number | undefined;
  /** TLS that the gateway makes towards the server. Default `none`. */
  readonly tls?: 'none' | 'explicit' | 'implicit' | undefined;
  /** Whom to trust, and with which certificate to come. */
  readonly tlsSettings?: TlsClientSettings | undefined;
  /** Default `same`: as the client asked. */
  readonly mode?: ServerMode | undefined;
  /** Which address is dialled after a 227. Default `control`: the server itself, whatever it names. */
  readonly passiveAddress?: PassiveAddressPolicy | undefined;
  /** Active mode: the address to announce, when it is not the gateway's own. */
  readonly externalAddress?: string | undefined;
  /** Version of the PROXY header that this server wants at the start of control and data connections. Default: none is sent. */
  readonly proxy?: 1 | 2 | undefined;
  /** How much of the load it takes beside others; 0: only when nobody else is there. Default 1. */
  readonly weight?: number | undefined;
  /** Those with a higher number are tried only when those with a lower one cannot be used. Default 0. */
  readonly priority?: number | undefined;
  /** Default: it is dialled. */
  readonly via?: ServerWay | undefined;
}

/** What is known of a client when its server is to be chosen. */
export interface RouteFacts {
  /** Argument of USER; undefined when the client has not said it yet. */
  readonly user: string | undefined;
  /** Argument of HOST (RFC 7151). */
  readonly host: string | undefined;
  readonly peer: Endpoint;
  /** The gateway's end. */
  readonly local: Endpoint;
  /** Where the client meant to go: `local`, or what a PROXY header says. */
  readonly destination: Endpoint;
  /** Whom the client asked for by SOCKS. */
  readonly target: ConnectionTarget | undefined;
  readonly secure: boolean;
  /** The name that the client asked for in its TLS handshake (SNI). */
  readonly serverName: string | undefined;
}

/** Where to. */
export interface Routed {
  /** The option `balance` says in which order they are tried. */
  readonly upstreams: readonly Upstream[];
  /** What the server is told as USER, when it is not what the client said. */
  readonly user?: string | undefined;
  /** Why there is none for this client: the text of the 530. */
  readonly refusal?: string | undefined;
}

/** Chooses the server. Undefined: not without knowing more (USER, HOST). No upstreams: nobody is there for this client. */
export type Route = (facts: RouteFacts) => Awaitable<Routed | undefined>;
