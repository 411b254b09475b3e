/** Ports from `low` to `high`, both included. */
export interface PortRange {
  readonly low: number;
  readonly high: number;
}

/** Whose machine the rules are for: the server's host, the client's host, or a box in between. */
export type Side = 'server' | 'client' | 'middle';

/** Who opens the data connection: `passive` the client, `active` the server. */
export type Mode = 'passive' | 'active';

/**
 * What FTP has to get through one firewall. Addresses are literal, networks are written with their prefix length
 * (`10.0.0.0/8`), ports are 1 to 65535.
 */
export interface FirewallRequest {
  readonly side: Side;
  readonly modes: readonly Mode[];
  /** Ports of the control connection, as the server has them. Default 21. */
  readonly controlPorts?: readonly number[] | undefined;
  /** The server's passive range. Needed for passive mode without a helper, and not with `singlePort`. */
  readonly passivePorts?: PortRange | undefined;
  /** The client's active range. Undefined: any port from 1024 on. */
  readonly activePorts?: PortRange | undefined;
  /** The port that the server dials from in active mode. Undefined: any. */
  readonly sourcePort?: number | undefined;
  /** The server takes passive data connections on its control port. */
  readonly singlePort?: boolean | undefined;
  /** The control connection may be under TLS: a conntrack helper is blind then. */
  readonly tls?: boolean | undefined;
  /** Rely on the kernel's FTP helper instead of open ranges. */
  readonly helper?: boolean | undefined;
  /** Networks that clients come from. Empty or undefined: everywhere. */
  readonly clients?: readonly string[] | undefined;
  /** Addresses or networks of the servers. Empty or undefined: any (on the server's own host: itself). */
  readonly servers?: readonly string[] | undefined;
  /** The box translates addresses: port forwarding towards a server behind it, or masquerading for clients behind it. */
  readonly nat?: NatFacts | undefined;
  /** New connections *out* of the machine are dropped too, so they need rules. Default false: only what comes in is shut. */
  readonly strictOutput?: boolean | undefined;
  /** The firewall has no rule yet for packets of connections that are open already: write that one too. Default false. */
  readonly replies?: boolean | undefined;
  /** Side middle: the clients' control connections go to a gateway on the box, which makes the data connections. */
  readonly steer?: Steer | undefined;
  /** Side middle: the box hands connections on to several gateways. Instead of `passivePorts` and `nat`. */
  readonly spread?: Spread | undefined;
}

/** Every client stays with one gateway, and its data connections find the same one by their port. */
export interface Spread {
  readonly gateways: readonly {
    readonly address: string;
    /** No port of it is another gateway's. */
    readonly passivePorts: PortRange;
  }[];
  /** The address that the outside dials. Undefined: whatever address the box itself has. */
  readonly publicAddress?: string | undefined;
}

export interface Steer {
  /** The port that the gateway listens on. */
  readonly to: number;
}

/** `forward`: the server is behind the box. `masquerade`: the clients are. */
export type NatFacts =
  | {
      readonly kind: 'forward';
      /** Where the server is, behind the box. */
      readonly server: string;
      /** The address that the outside sees. Undefined: whatever address the box itself has. */
      readonly publicAddress?: string | undefined;
      /** Outer port of the passive range = inner port + this. Default 0. */
      readonly portOffset?: number | undefined;
      /** What the outside dials for each of `controlPorts`, in the same order. Default: the same ports. */
      readonly publicControlPorts?: readonly number[] | undefined;
    }
  | {
      readonly kind: 'masquerade';
      /** The interface towards the servers. Undefined: `clients` must say whom to masquerade. */
      readonly outInterface?: string | undefined;
    };
