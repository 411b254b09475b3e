import type { DataShut, FtpServer, SessionView } from '@duoport/server';
import type { Measured, MetricsRead } from './counting.ts';

/** What an administrator sees of the sessions of a server, and how they are ended; whichever process runs them. */
export interface Sight {
  /** What each session does now. */
  look(): Promise<readonly SessionView[]>;
  /** Ends these sessions; resolves with the numbers of those that there were. */
  kick(sessions: ReadonlySet<number>): Promise<readonly number[]>;
  /** Data connections with clients of which networks failed again and again. */
  shut(): Promise<readonly DataShut[]>;
  /** The state of the sessions that this process runs; undefined: others run them. */
  readonly measured: Measured | undefined;
  /** What other processes have counted, by their numbers. */
  counted(): Promise<ReadonlyMap<number, MetricsRead>>;
}

/** Of a server that runs its sessions in this process. */
export function sightOf(server: FtpServer): Sight {
  return {
    look: async () => server.look(),
    kick: async (sessions) => server.kick(sessions),
    shut: async () => server.shut,
    get measured() {
      return measuredOf(server);
    },
    counted: async () => new Map(),
  };
}

export function measuredOf({ sessions, ports, shut }: FtpServer): Measured {
  return { sessions, ports, shut };
}
