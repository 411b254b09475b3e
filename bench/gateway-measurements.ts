import type { Measurement } from './contest.ts';
import { type LargeOptions, moveLarge } from './load/large-files.ts';
import { loginWorker } from './load/logins.ts';
import type { Span } from './load/pace.ts';
import { smallFileWorkers } from './load/small-files.ts';
import { perSecond } from './per-second.ts';
import { gatewayRow } from './rows.ts';
import type { Server } from './servers/server.ts';

/** A way to the server that is open. */
export interface Way {
  readonly name: string;
  readonly server: Server;
}

type WayMeasurement = Measurement<Way>;

/** What is measured of the ways to one server: gateways beside the direct way, or the relay beside it. */
export function wayMeasurements(part: 'gateway' | 'relay', span: Span): WayMeasurement[] {
  return [
    logins(part, span),
    small(part, { direction: 'download', sessions: 16, span }),
    small(part, { direction: 'download', sessions: 32, span }),
    small(part, { direction: 'upload', sessions: 16, span }),
    large(part, 'download'),
    large(part, 'upload'),
  ];
}

function logins(part: string, span: Span): WayMeasurement {
  const row = gatewayRow(`${part}-logins`, { title: 'logins, 16 at a time', unit: '/s', better: 'more' });
  return perSecond<Way>(row, span, ({ server }) =>
    Array.from({ length: 16 }, () => loginWorker(server.target)),
  );
}

interface Small {
  readonly direction: 'download' | 'upload';
  readonly sessions: number;
  readonly span: Span;
}

function small(part: string, { direction, sessions, span }: Small): WayMeasurement {
  const verb = verbOf(direction);
  const row = gatewayRow(`${part}-${verb.toLowerCase()}-1k-${sessions}`, {
    title: `${verb} 1 KiB, passive, ${sessions} sessions`,
    unit: '/s',
    better: 'more',
  });
  return perSecond<Way>(row, span, ({ server }) =>
    smallFileWorkers(server.target, { direction, mode: 'passive', sessions }),
  );
}

function large(part: string, direction: LargeOptions['direction']): WayMeasurement {
  const verb = verbOf(direction);
  const row = gatewayRow(`${part}-${verb.toLowerCase()}-1g`, {
    title: `${verb} 1 GiB, plain`,
    unit: 'GB/s',
    better: 'more',
  });
  return {
    rows: [row],
    lacks: () => undefined,
    run: async ({ server }) => [(await moveLarge(server, { direction, tls: false })).bytesPerSecond / 1e9],
  };
}

function verbOf(direction: 'download' | 'upload'): 'RETR' | 'STOR' {
  return direction === 'download' ? 'RETR' : 'STOR';
}
