import { setTimeout } from 'node:timers/promises';
import type { ServerEvent } from '@duoport/server';
import type { RunningServer } from '../serve/running-server.ts';
import { Counting, type FirstFacts } from './counting.ts';
import { openPages } from './metrics-pages.ts';
import { MetricsSum } from './metrics-sum.ts';
import type { Part } from './part.ts';

export interface MetricsPartOptions {
  readonly server: RunningServer;
  facts(): FirstFacts;
  /** Why it should get no new clients now. */
  unready(): Promise<readonly string[]>;
  /** The process before this one may have the port still: it is waited for. */
  readonly succeeds: boolean;
}

/** Counts what this process does and shows it with what its workers have counted. */
export async function metricsPart(
  listen: { readonly host: string | undefined; readonly port: number },
  { server, facts, unready, succeeds }: MetricsPartOptions,
): Promise<Part> {
  const counting = new Counting({ measure: () => server.sight.measured, facts });
  const sum = new MetricsSum();
  const metrics = async (): Promise<string> => {
    const [own, others] = await Promise.all([counting.read(), server.sight.counted()]);
    return await sum.text(new Map([[process.pid, own], ...others]));
  };
  const open = () => openPages(listen, { metrics, unready });
  const pages = succeeds ? inTime(open) : await open();
  return {
    tell: (event) => {
      // What workers tell they have counted themselves.
      if (server.sight.measured !== undefined || isOfTheDoor(event)) counting.count(event);
    },
    get endpoint() {
      return pages.endpoint;
    },
    close: () => pages.close(),
  };
}

/** Told where connections are accepted and bans are kept, whichever process runs the sessions. */
function isOfTheDoor(event: ServerEvent): boolean {
  if (event.kind === 'ban') return true;
  return event.kind === 'limited' && (event.limit === 'banned' || event.limit.startsWith('sessions'));
}

type Pages = Awaited<ReturnType<typeof openPages>>;

/** Tries again and again, in the background. */
function inTime(open: () => Promise<Pages>): Pages {
  let opened: Pages | undefined;
  let closed = false;
  const opening = (async () => {
    while (!closed && opened === undefined) {
      opened = await open().catch(() => undefined);
      if (opened === undefined) await setTimeout(100, undefined, { ref: false });
    }
  })();
  return {
    get endpoint() {
      return opened?.endpoint;
    },
    close: async () => {
      closed = true;
      await opening;
      await opened?.close();
    },
  };
}
