import type { Endpoint } from '@duoport/protocol';
import { printable } from '../printable.ts';
import { addressRows, type Row, range, rowLine, type Standing } from '../serve/announcement-rows.ts';
import { metricsRow, serverRows, stopLine } from './announcement.ts';
import type { PassPlan } from './pass-plan.ts';
import { upstreamText } from './upstream-url.ts';

/** Everything that `gateway --pass-tls` says when it is ready. */
export interface PassAnnouncement
  extends Pick<Standing, 'doors' | 'portRemark'>,
    Pick<PassPlan, 'servers' | 'singlePort' | 'balance'> {
  readonly metrics: Endpoint | undefined;
}

/** The announcement for people, line by line. */
export function passLines(what: PassAnnouncement): readonly string[] {
  const { servers, singlePort, doors } = what;
  const ranges = servers.flatMap(({ data }) => (data === undefined ? [] : [range(outside(data))]));
  const open = [...new Set(doors.map(({ port }) => String(port))), ...ranges].join(', ');
  const where = singlePort ? 'the same port' : `port ${ranges.join(', ')}`;
  const rows: readonly Row[] = [
    ...addressRows(what),
    ...serverRows(what),
    ['passive', `the client opens the data connection, to ${where} here`],
    ['TLS', 'begins at the clients and ends at the servers: nothing of it is read here'],
    ...metricsRow(what),
    ['firewall', `let in TCP ${open}`],
  ];
  const whom = servers.map((server) => printable(upstreamText(server))).join(', ');
  return [`duoport passes TLS on between clients and ${whom}`, '', ...rows.map(rowLine), '', stopLine];
}

function outside({ ports, shift = 0 }: NonNullable<PassPlan['servers'][number]['data']>) {
  return { low: ports.low + shift, high: ports.high + shift };
}
