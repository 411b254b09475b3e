import { readdirSync } from 'node:fs';
import type { Measurement } from './contest.ts';
import { churn, leaveBehind } from './load/churn.ts';
import { gather, mover } from './load/crowd.ts';
import { paced } from './load/pace.ts';
import { lagOf } from './measure/lag.ts';
import { memoryOf } from './measure/processes.ts';
import { crowdRow } from './rows.ts';
import type { CrowdServer } from './servers/crowd-server.ts';
import type { Supplies } from './servers/supplies.ts';

/** How a server for many is started. */
export interface CrowdKind {
  readonly name: string;
  start(supplies: Supplies): Promise<CrowdServer>;
}

export interface CrowdScale {
  readonly supplies: Supplies;
  readonly sessions: number;
  readonly moving: number;
  readonly visits: number;
  /** Milliseconds of transfers. */
  readonly span: number;
}

/** What many at once, and many after each other, do to a server of one process. */
export function crowdMeasurements(scale: CrowdScale): Measurement<CrowdKind>[] {
  return [crowd(scale), soak(scale)];
}

function crowd({ supplies, sessions, moving, span }: CrowdScale): Measurement<CrowdKind> {
  const many = `${sessions.toLocaleString('en')} sessions`;
  return {
    rows: [
      crowdRow('crowd-refused', { title: `${many}: logins that failed`, unit: 'logins', better: 'less' }),
      crowdRow('crowd-idle', { title: `${many}: memory of an idle session`, unit: 'KB', better: 'less' }),
      crowdRow('crowd-lag', {
        title: `${moving} of ${many} transfer: event loop late, 99 % of the time at most`,
        unit: 'ms',
        better: 'less',
      }),
      crowdRow('crowd-worst', { title: 'the same, the worst moment', unit: 'ms', better: 'less' }),
      crowdRow('crowd-moves', { title: 'the same, transfers', unit: '/s', better: 'more' }),
    ],
    lacks: () => undefined,
    limit: 120_000,
    run: async (kind) => {
      const server = await kind.start(supplies);
      try {
        const { target, pid } = server;
        // What the first sessions bring along once belongs to the server, not to the session.
        const first = await gather(target, 100);
        const before = memoryOf(pid);
        const idle = await gather(target, sessions - moving - 100);
        const each = (memoryOf(pid) - before) / idle.sessions.length / 1000;
        const movers = await Promise.all(Array.from({ length: moving }, (_, at) => mover(target, at)));
        await lagOf(server.lagSocket);
        const pace = await paced(movers, { warm: 0, count: span });
        const lag = await lagOf(server.lagSocket);
        const refused = first.refused.length + idle.refused.length;
        for (const session of [...first.sessions, ...idle.sessions]) session.destroy();
        return [refused, each, lag.most, lag.worst, pace.operations / pace.seconds];
      } finally {
        await server.stop();
      }
    },
  };
}

function soak({ supplies, visits }: CrowdScale): Measurement<CrowdKind> {
  const many = `${visits.toLocaleString('en')} sessions one after the other`;
  return {
    rows: [
      crowdRow('soak-memory', { title: `${many}: memory grows by`, unit: 'MB', better: 'less' }),
      crowdRow('soak-descriptors', {
        title: `${many}: descriptors left`,
        unit: 'descriptors',
        better: 'less',
      }),
      crowdRow('soak-pace', { title: `${many}: sessions`, unit: '/s', better: 'more' }),
    ],
    lacks: () => undefined,
    limit: 600_000,
    run: async (kind) => {
      const server = await kind.start(supplies);
      try {
        const { target, pid } = server;
        // What is compiled, cached and kept ready is there after a tenth of them.
        await churn(target, visits / 10);
        await leaveBehind(target);
        const before = { memory: memoryOf(pid), descriptors: descriptorsOf(pid) };
        const begun = performance.now();
        await churn(target, visits);
        const seconds = (performance.now() - begun) / 1000;
        await leaveBehind(target);
        return [
          (memoryOf(pid) - before.memory) / 1e6,
          descriptorsOf(pid) - before.descriptors,
          visits / seconds,
        ];
      } finally {
        await server.stop();
      }
    },
  };
}

function descriptorsOf(pid: number): number {
  return readdirSync(`/proc/${pid}/fd`).length;
}
