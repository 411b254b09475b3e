import { formatEndpoint } from '@duoport/protocol';
import type { DataShut, Listening } from '@duoport/server';
import type { Answered } from '../admin/admin-socket.ts';
import type { PortRange } from '../flags/values.ts';
import { durationText } from './duration-text.ts';

/** What a server says of itself. */
interface Status {
  readonly version: string;
  readonly started: string;
  readonly listening: readonly Listening[];
  readonly workers: number;
  readonly sessions: number;
  readonly users: number;
  readonly transfers: number;
  readonly passivePorts?: PortRange;
  readonly shut: readonly DataShut[];
  readonly linesLost: Readonly<Record<string, number>>;
}

/** How one server is, for a person. */
export function statusLines({ pid, answer }: Answered, now: number): readonly string[] {
  const status = answer as unknown as Status;
  const { version, started, listening, workers, sessions, users, transfers, passivePorts } = status;
  const rows = [
    [
      'listens on',
      listening.map((at) => `${formatEndpoint(at)}${at.implicitTls ? ' (TLS)' : ''}`).join(', '),
    ],
    ...(passivePorts === undefined ? [] : [['passive ports', `${passivePorts.low}-${passivePorts.high}`]]),
    ['workers', workers === 1 ? 'none: one process' : String(workers)],
    ['sessions', `${sessions}, of ${counted(users, 'user')}`],
    ['transfers', String(transfers)],
    ...status.shut.map(({ network, cause, failures }) => [
      'shut',
      `${failures} data connections with clients in ${network} failed and none worked since: ${cause}`,
    ]),
    ...Object.entries(status.linesLost).map(([log, lines]) => ['lines lost', `${lines} of ${log}`]),
  ];
  return [
    `process ${pid}: duoport ${version}, runs for ${durationText(now - Date.parse(started))}`,
    ...rows.map(([name = '', text = '']) => `  ${name.padEnd(15)}${text}`),
  ];
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}
