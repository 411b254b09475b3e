import type { ServePlan } from '../serve/plan.ts';
import type { RunningServer } from '../serve/running-server.ts';
import type { ProcessIo } from '../terminal.ts';
import type { PartMaker } from './part.ts';
import { SourcesProbe } from './sources-probe.ts';
import type { Watch } from './watch.ts';

interface Served {
  readonly io: ProcessIo;
  readonly server: RunningServer;
  readonly watch: Watch;
  /** The one that holds now. */
  plan(): ServePlan;
  /** Another process was there before. */
  readonly succeeds: boolean;
}

/** How the parts of a running server's watch are made. */
export function partMaker({ io, server, watch, plan, succeeds }: Served): PartMaker {
  const probe = new SourcesProbe();
  const unready = async (): Promise<readonly string[]> => [
    ...(io.interrupt.aborted ? ['the server is ending'] : []),
    ...(server.listening.length === 0 ? ['nothing is listened on'] : []),
    ...(await probe.faults(plan())),
  ];
  return {
    note: (note, text) => watch.note(note, text),
    metrics: async (listen) => {
      const { metricsPart } = await import('./metrics-part.ts');
      const facts = () => ({
        hooks: watch.hooks,
        lines: watch.lost,
        certificates: plan().tls.certificates,
      });
      return await metricsPart(listen, { server, facts, unready, succeeds });
    },
  };
}
