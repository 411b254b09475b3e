import type { Balance, ServerMode } from '@duoport/gateway';
import type { PeerPolicy } from '@duoport/net';
import { type Endpoint, formatEndpoint } from '@duoport/protocol';
import type { PortRange } from '../flags/values.ts';
import { printable } from '../printable.ts';
import {
  addressRows,
  modeRows,
  openPorts,
  type Row,
  range,
  rowLine,
  type Standing,
  tlsRows,
} from '../serve/announcement-rows.ts';
import { type UpstreamUrl, upstreamText, whoText } from './upstream-url.ts';
import type { ClientChoice } from './way.ts';

/** Everything that `gateway` says when it is ready. */
export interface GatewayAnnouncement extends Standing {
  readonly servers: readonly UpstreamUrl[];
  /** How the client chooses its server, when none is named here. */
  readonly choice: ClientChoice | undefined;
  readonly balance: Balance;
  readonly serverMode: ServerMode;
  readonly serverPorts: PortRange | undefined;
  readonly peers: PeerPolicy;
  readonly readOnly: boolean;
  /** Where the counters are. */
  readonly metrics: Endpoint | undefined;
}

/** The announcement for people, line by line. */
export function gatewayLines(what: GatewayAnnouncement): readonly string[] {
  const rows: readonly Row[] = [
    ...addressRows(what),
    ...(what.choice === undefined ? [] : [choiceRow(what.choice)]),
    ...serverRows(what),
    ['', dataText[what.serverMode]],
    ...modeRows(what, 'the gateway'),
    ...fxpRow(what),
    ...tlsRows(what),
    ...(what.readOnly ? [['commands', 'nothing passes that changes files'] as const] : []),
    ...metricsRow(what),
    ['firewall', `let in TCP ${openPorts(what)}`],
    ...serverRules(what),
  ];
  return [`duoport stands between clients and ${whom(what)}`, '', ...rows.map(rowLine), '', stopLine];
}

export const stopLine =
  'Ctrl-C ends it: transfers that are running may finish. A second Ctrl-C ends it at once.';

export function serverRows({
  servers,
  balance,
}: {
  readonly servers: readonly UpstreamUrl[];
  readonly balance: Balance;
}): readonly Row[] {
  const rows = servers.map((server, index) => [index === 0 ? 'server' : '', serverText(server)] as const);
  return servers.length > 1 ? [...rows, ['', balanceText[balance]]] : rows;
}

export function metricsRow({ metrics }: { readonly metrics: Endpoint | undefined }): readonly Row[] {
  return metrics === undefined ? [] : [['metrics', `http://${formatEndpoint(metrics)}/metrics`]];
}

function fxpRow({ peers }: GatewayAnnouncement): readonly Row[] {
  if (peers.kind === 'any') return [['FXP', "data connections go to and come from anybody's address"]];
  return peers.kind === 'networks' ? [['FXP', `with ${peers.networks.text.join(', ')}`]] : [];
}

function whom({ choice, servers }: GatewayAnnouncement): string {
  if (choice?.kind === 'login') return 'the servers that logins name';
  if (choice?.kind === 'sni') return 'the servers that TLS handshakes name';
  if (choice?.kind === 'socks') return 'the servers that they ask for by SOCKS';
  if (choice?.kind === 'transparent') return 'the servers that they dial';
  return servers.map((server) => printable(upstreamText(server))).join(', ');
}

function choiceRow({ kind, allow = ['any'] }: ClientChoice): Row {
  const allowed = allow.map(printable).join(', ');
  if (kind === 'login') return ['server', `USER name@host: ${allowed}`];
  if (kind === 'sni') return ['server', `the name in the TLS handshake (SNI): ${allowed}`];
  return kind === 'socks'
    ? ['server', `by SOCKS 4, 4a and 5: ${allowed}`]
    : ['server', `where the client meant to go when the firewall steered it here: ${allowed}`];
}

function serverText(server: UpstreamUrl): string {
  const how = { none: 'without TLS', explicit: 'TLS by AUTH TLS', implicit: 'TLS from the first byte' };
  const facts = [upstreamText(server), how[server.tls], whoText(server)].filter((fact) => fact !== '');
  return printable(facts.join('   '));
}

const balanceText: Readonly<Record<Balance, string>> = {
  'in-order': 'the first of them that can be used',
  weighted: 'each for as many sessions as its weight says',
  'least-connections': 'the one with the fewest sessions',
  sticky: 'the same one for the same user',
};

const dataText: Readonly<Record<ServerMode, string>> = {
  same: 'data connections as the client asks for them',
  passive: 'the gateway opens all data connections to it (EPSV, PASV)',
  EPSV: 'the gateway opens all data connections to it (EPSV)',
  PASV: 'the gateway opens all data connections to it (PASV)',
  active: 'it opens all data connections to the gateway (EPRT, PORT)',
  EPRT: 'it opens all data connections to the gateway (EPRT)',
  PORT: 'it opens all data connections to the gateway (PORT)',
};

/** What must be open for the server: only where it is the one who dials. */
function serverRules({ serverMode, serverPorts }: GatewayAnnouncement): readonly Row[] {
  const dials = serverMode === 'active' || serverMode === 'EPRT' || serverMode === 'PORT';
  if (!dials && serverPorts === undefined) return [];
  const ports =
    serverPorts === undefined ? 'any port: --server-ports gives them a range' : range(serverPorts);
  return [['', `for active mode, from the server: TCP ${ports}`]];
}
