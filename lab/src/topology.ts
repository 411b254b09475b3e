import type { DataVerb, FindingCode } from '@duoport/doctor';
import type { PortRange, Side } from '@duoport/firewall';

/**
 * A network to try FTP in, as data. Nothing in it runs anything: `buildLab` makes it real, the drawing draws it, the
 * matrix and the tests of the doctor compare what they see with `expect`.
 */
export interface Topology {
  /** The topology it is, or is a variant of. */
  readonly number: number;
  /** kebab-case: `server-only-21-drop`. */
  readonly name: string;
  readonly title: string;
  /** Who built this network, and why it is as it is. */
  readonly story: string;
  readonly hosts: readonly HostSpec[];
  readonly links: readonly LinkSpec[];
  /** What the client dials: the public address where there is NAT. */
  readonly dial: { readonly address: string; readonly port: number };
  readonly server: ServerSpec;
  readonly client: ClientSpec;
  readonly expect: Expectation;
  /** Processes that are part of the network (a relay): the program to run on a host as long as the lab stands. */
  readonly agents?: readonly AgentSpec[] | undefined;
}

export interface HostSpec {
  /** At most 15 characters: also the name of the network interfaces that lead to it. */
  readonly name: string;
  /** `switch`: one network segment, all links of which are in one network; it has no address and no rules. */
  readonly role: 'client' | 'server' | 'router' | 'switch';
  /** Whose it is. */
  readonly side: Side;
  /** nft rule set, as in /etc/nftables.conf, loaded at start. */
  readonly rules?: string | undefined;
  /** Command lines for a shell: `iptables -P FORWARD DROP`. */
  readonly iptables?: readonly string[] | undefined;
  readonly sysctl?: Readonly<Record<string, string>> | undefined;
  /** What the drawing says under the name, at most about 20 characters a line. */
  readonly notes?: readonly string[] | undefined;
  /** Addresses beside those of its links, `203.0.113.99/32`. */
  readonly extraAddresses?: readonly string[] | undefined;
  /** Routes beside those worked out, or instead of them: `to` is a network or `default`. */
  readonly routes?: readonly { readonly to: string; readonly via: string }[] | undefined;
}

export interface LinkSpec {
  readonly ends: readonly [string, string];
  /** Network with prefix length, `10.1.0.0/24`: the first end gets the first address, the second the second. */
  readonly ipv4?: string | undefined;
  readonly ipv6?: string | undefined;
  /** The two IPv4 addresses when they are not the first and the second. A switch has none, whatever stands there. */
  readonly addresses?: readonly [string, string] | undefined;
  /** Names of the network interface at each end. Default: the name of the host at the other end. */
  readonly names?: readonly [string, string] | undefined;
}

/** How the server is set up, whichever server it is. */
export interface ServerSpec {
  /** Where it listens: 21 unless the topology is about another port. */
  readonly port: number;
  readonly passivePorts: PortRange;
  /** First rule that fits the client decides; none fits: the address that the control connection came in on. */
  readonly passiveAddress: readonly PassiveAddressRule[];
  /** Active mode: the port it dials from. Undefined: any. */
  readonly sourcePort: number | undefined;
  /** Takes no login without TLS. */
  readonly requireTls?: boolean | undefined;
}

export interface PassiveAddressRule {
  /** Networks of clients. Undefined: all. */
  readonly clients?: readonly string[] | undefined;
  /** `local`: the address that the control connection came in on. */
  readonly address: string;
  /** Advertised port = listened port + this. */
  readonly portOffset?: number | undefined;
}

export interface ClientSpec {
  /** Active mode: ports to listen on. Undefined: any. */
  readonly activePorts?: PortRange | undefined;
  /** Active mode: the address to announce. Undefined: the local one. */
  readonly externalAddress?: string | undefined;
  /** Passive mode: dial the address of the 227 reply, not that of the control connection, as older clients do. */
  readonly obeysPassiveAddress?: boolean | undefined;
  /** Active mode: take the data connection from whoever dials, as older clients do. */
  readonly anyActivePeer?: boolean | undefined;
  /** Milliseconds of silence between login and the transfer, in which the control connection may be forgotten. */
  readonly idle?: number | undefined;
}

export interface AgentSpec {
  readonly host: string;
  /** A script of `agents/`, without its ending. */
  readonly script: string;
  readonly arguments: readonly string[];
}

/** What must become of each way of making a data connection. */
export type Expectation = Readonly<
  Record<DataVerb, { readonly plain: ExpectedCell; readonly tls: ExpectedCell }>
>;

export type ExpectedCell =
  | { readonly outcome: 'works' }
  | ExpectedFailure
  /** The verb has no meaning here: PORT and PASV over IPv6. */
  | { readonly outcome: 'none'; readonly because: string };

/** Where and how it ends. */
interface FailurePoint {
  /** `command`: PASV, PORT … itself; `connect`: the client's dial; `accept`: the server's; `control`: the control connection. */
  readonly step: 'control' | 'command' | 'connect' | 'accept' | 'tls' | 'transfer';
  /**
   * How it ends there, as whoever dials sees it: `silent` nothing comes back, `refused` a reset, `rejected` an ICMP
   * error, `reply` the other end says no in words, `closed` the connection ends or goes dead.
   */
  readonly how: 'silent' | 'refused' | 'rejected' | 'reply' | 'closed';
}

export interface ExpectedFailure extends FailurePoint {
  readonly outcome: 'fails';
  /** Other ends of the same fault, which servers and clients come to in their own ways. */
  readonly also?: readonly FailurePoint[] | undefined;
  /** Codes of the doctor that are right, the best one first. */
  readonly causes: readonly FindingCode[];
  /** Whose fault it is. Several: each of them blocks, and to name any one is right. */
  readonly sides: readonly Side[];
  /** Hosts where a firewall rule would cure it, all of them together. Empty: no rule can. */
  readonly cure: readonly { readonly host: string; readonly side: Side }[];
  /** One sentence: why it fails. */
  readonly because: string;
}
