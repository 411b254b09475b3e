import type { Measurement } from './contest.ts';
import { idleMemory } from './load/idle.ts';
import { moveLarge } from './load/large-files.ts';
import { listingWorker } from './load/listings.ts';
import { loginWorker } from './load/logins.ts';
import type { Span } from './load/pace.ts';
import { smallFileWorkers } from './load/small-files.ts';
import { perSecond } from './per-second.ts';
import { serverRow } from './rows.ts';
import { manyEntries, type Server, type ServerKind } from './servers/server.ts';
import type { Supplies } from './servers/supplies.ts';

/** A server that runs, and how to start another of its kind. */
export interface Runner {
  readonly kind: ServerKind;
  readonly server: Server;
}

export interface Scale {
  readonly span: Span;
  readonly idleSessions: number;
  readonly supplies: Supplies;
}

type ServerMeasurement = Measurement<Runner>;

/** Everything that is measured of a server, in the order of the table. */
export function serverMeasurements(scale: Scale): ServerMeasurement[] {
  const small = (['download', 'upload'] as const).flatMap((direction) =>
    (['passive', 'active'] as const).flatMap((mode) =>
      [1, 16, 32].map((sessions) => smallFiles({ direction, mode, sessions }, scale)),
    ),
  );
  const large = ([false, true] as const).flatMap((tls) =>
    (['download', 'upload'] as const).map((direction) => largeFile({ direction, tls })),
  );
  const listings = (['LIST', 'MLSD'] as const).map((verb) => listing(verb, scale));
  return [logins(scale), ...small, ...large, ...listings, idle(scale)];
}

function logins({ span }: Scale): ServerMeasurement {
  const row = serverRow('logins', { title: 'logins, 16 at a time', unit: '/s', better: 'more' });
  return perSecond<Runner>(row, span, ({ server }) =>
    Array.from({ length: 16 }, () => loginWorker(server.target)),
  );
}

type Small = Parameters<typeof smallFileWorkers>[1];

function smallFiles(options: Small, { span }: Scale): ServerMeasurement {
  const verb = options.direction === 'download' ? 'RETR' : 'STOR';
  const id = `${verb.toLowerCase()}-1k-${options.mode}-${options.sessions}`;
  const sessions = options.sessions === 1 ? '1 session' : `${options.sessions} sessions`;
  const row = serverRow(id, {
    title: `${verb} 1 KiB, ${options.mode}, ${sessions}`,
    unit: '/s',
    better: 'more',
  });
  return perSecond<Runner>(row, span, ({ server }) => smallFileWorkers(server.target, options));
}

function listing(verb: 'LIST' | 'MLSD', { span }: Scale): ServerMeasurement {
  const title = `${verb} of ${manyEntries.toLocaleString('en')} entries`;
  const row = serverRow(verb.toLowerCase(), { title, unit: 'entries/s', better: 'more' });
  const base = perSecond<Runner>(row, span, async ({ server }) => [await listingWorker(server.target, verb)]);
  return {
    ...base,
    lacks: ({ kind }) => (kind.lacks.includes(verb) ? `no ${verb}` : undefined),
    run: async (runner) => (await base.run(runner)).map((lists) => lists * manyEntries),
  };
}

function largeFile(options: { direction: 'download' | 'upload'; tls: boolean }): ServerMeasurement {
  const verb = options.direction === 'download' ? 'RETR' : 'STOR';
  const tail = options.tls ? 'tls' : 'plain';
  const how = options.tls ? 'TLS' : 'plain';
  const rows = [
    serverRow(`${verb.toLowerCase()}-1g-${tail}`, {
      title: `${verb} 1 GiB, ${how}`,
      unit: 'GB/s',
      better: 'more',
    }),
    serverRow(`cpu-${verb.toLowerCase()}-1g-${tail}`, {
      title: `CPU seconds a GiB, ${verb}, ${how}`,
      unit: 's',
      better: 'less',
    }),
  ];
  return {
    rows,
    lacks: () => undefined,
    run: async ({ server }) => {
      const result = await moveLarge(server, options);
      return [result.bytesPerSecond / 1e9, result.cpuSecondsPerGib];
    },
  };
}

function idle({ idleSessions, supplies }: Scale): ServerMeasurement {
  const title = `memory of an idle session, ${idleSessions.toLocaleString('en')} sessions`;
  return {
    rows: [serverRow('idle', { title, unit: 'KB', better: 'less' })],
    lacks: ({ kind }) => (kind.name === 'ceiling' ? 'it is no server' : undefined),
    limit: 60_000,
    // A process that has worked before has memory to give back or to reuse: take a fresh one.
    run: async ({ kind }) => {
      const server = await kind.start(supplies);
      try {
        return [(await idleMemory(server, idleSessions)) / 1000];
      } finally {
        await server.stop();
      }
    },
  };
}
