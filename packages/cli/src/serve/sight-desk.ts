import type { SessionView } from '@duoport/server';
import type { AdminAnswer, AdminQuestion } from '../admin/admin-socket.ts';
import { version } from '../version.ts';
import type { ServePlan } from './plan.ts';
import type { RunningServer } from './running-server.ts';

export interface SightDeskOptions {
  readonly server: RunningServer;
  /** Lines that no disk would take, by the setting of their file. */
  lost(): ReadonlyMap<string, number>;
  /** The one that holds now. */
  plan(): ServePlan;
}

/** Where an administrator asks a running server how it is and who is there, and ends sessions. */
export class SightDesk {
  readonly #options: SightDeskOptions;
  readonly #started = new Date();

  constructor(options: SightDeskOptions) {
    this.#options = options;
  }

  /** Undefined: the question is not for this desk. */
  async answer(question: AdminQuestion): Promise<AdminAnswer | undefined> {
    switch (question.ask) {
      case 'status':
        return await this.#status();
      case 'who':
        return { sessions: await this.#options.server.sight.look() };
      case 'kick':
        return await this.#kick(question);
      default:
        return undefined;
    }
  }

  async #status(): Promise<AdminAnswer> {
    const { server, lost, plan } = this.#options;
    const sessions = await server.sight.look();
    return {
      version,
      started: this.#started.toISOString(),
      listening: server.listening,
      workers: plan().workers,
      sessions: sessions.length,
      users: new Set(sessions.flatMap(({ user }) => user ?? [])).size,
      transfers: sessions.filter(({ transfer }) => transfer !== undefined).length,
      passivePorts: plan().modes.passive && !plan().singlePort ? plan().passivePorts : undefined,
      shut: await server.sight.shut(),
      linesLost: Object.fromEntries([...lost()].filter(([, lines]) => lines > 0)),
    };
  }

  async #kick({ sessions = [], user, address }: AdminQuestion): Promise<AdminAnswer> {
    const { sight } = this.#options.server;
    const numbers = new Set(Array.isArray(sessions) ? sessions.filter((one) => Number.isInteger(one)) : []);
    const isMeant = (view: SessionView): boolean =>
      numbers.has(view.session) ||
      (typeof user === 'string' && view.user === user) ||
      (typeof address === 'string' && view.peer.address === address);
    const meant = (await sight.look()).filter(isMeant);
    const kicked = await sight.kick(new Set(meant.map(({ session }) => session)));
    return { kicked: meant.filter(({ session }) => kicked.includes(session)) };
  }
}
