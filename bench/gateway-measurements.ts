import type { Measurement } from './contest.ts';
import { type LargeOptions, moveLarge } from './load/large-files.ts';
import { loginWorker } from './load/logins.ts';
import { paced, type Span } from './load/pace.ts';
import { smallFileWorkers } from './load/small-files.ts';
import { keptBesideStalled } from './load/stalled.ts';
import { perSecond } from './per-second.ts';
import { directWay, gatewayRow } from './rows.ts';
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
    costOfLarge(part, 'download'),
    costOfLarge(part, 'upload'),
    ...(part === 'relay' ? [smallBesideStalled(span), largeBesideStalled()] : []),
  ];
}

/** One slow transfer must not hold up the others: the agent's one connection carries them all. */
function smallBesideStalled(span: Span): WayMeasurement {
  return besideStalled('relay-stalled-1k', 'RETR 1 KiB, 16 sessions', async ({ target }) => {
    const workers = await smallFileWorkers(target, { direction: 'download', mode: 'passive', sessions: 16 });
    const { operations, seconds } = await paced(workers, span);
    return operations / seconds;
  });
}

function largeBesideStalled(): WayMeasurement {
  return besideStalled('relay-stalled-1g', 'RETR 1 GiB', async (server) => {
    const { bytesPerSecond } = await moveLarge(server, { direction: 'download', tls: false });
    return bytesPerSecond;
  });
}

function besideStalled(
  id: string,
  what: string,
  measure: (server: Server) => Promise<number>,
): WayMeasurement {
  const title = `${what} beside a RETR that is not read`;
  return {
    rows: [gatewayRow(id, { title, unit: 'share', better: 'more' })],
    lacks: ({ name }) => (name === directWay ? 'nothing is shared' : undefined),
    limit: 60_000,
    run: async ({ server }) => [await keptBesideStalled(server.target, () => measure(server))],
  };
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

/** What the programs between take of the cores, which is what bounds the speed where all share them. */
function costOfLarge(part: string, direction: LargeOptions['direction']): WayMeasurement {
  const verb = verbOf(direction);
  const row = gatewayRow(`${part}-${verb.toLowerCase()}-1g-cpu`, {
    title: `CPU seconds a GiB, ${verb}, plain`,
    unit: 's',
    better: 'less',
  });
  return {
    rows: [row],
    lacks: ({ name }) => (name === directWay ? 'nothing is between' : undefined),
    run: async ({ server }) => [(await moveLarge(server, { direction, tls: false })).cpuSecondsPerGib],
  };
}

function verbOf(direction: 'download' | 'upload'): 'RETR' | 'STOR' {
  return direction === 'download' ? 'RETR' : 'STOR';
}
