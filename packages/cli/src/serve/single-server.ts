import { type AcceptedConnection, SinglePort } from '@duoport/net';
import {
  createServer,
  type DoorHandle,
  type FtpServer,
  type Listening,
  type ListenOptions,
} from '@duoport/server';
import { type Sight, sightOf } from '../seeing/sight.ts';
import type { ServePlan } from './plan.ts';
import type { RunningServer } from './running-server.ts';
import type { serverOptions } from './server-options.ts';

/** A server in this process. */
export class SingleServer implements RunningServer {
  readonly door: SinglePort | undefined;
  readonly sight: Sight;
  readonly #server: FtpServer;
  readonly #optionsOf: (plan: ServePlan) => ReturnType<typeof serverOptions>;

  /** @throws RangeError for a plan that cannot work. */
  constructor(
    plan: ServePlan,
    optionsOf: (plan: ServePlan) => ReturnType<typeof serverOptions>,
    listen: readonly ListenOptions[],
  ) {
    this.door = plan.singlePort ? new SinglePort() : undefined;
    this.#optionsOf = (next) => ({ ...optionsOf(next), singlePort: this.door ?? false });
    this.#server = createServer({ ...this.#optionsOf(plan), listen });
    this.sight = sightOf(this.#server);
  }

  get listening(): readonly Listening[] {
    return this.#server.listening;
  }

  get doors(): readonly DoorHandle[] {
    return this.#server.doors;
  }

  get sessions(): number {
    return this.#server.sessions;
  }

  /** `bound` is called when it listens everywhere, before anybody is let in. */
  start(bound?: () => void): Promise<void> {
    return this.#server.start(bound);
  }

  arrived(connection: AcceptedConnection, implicitTls: boolean): void {
    const { door } = this;
    if (door === undefined) return this.#server.take(connection, { implicitTls });
    const { address } = connection.peer;
    door.arrived(connection, {
      implicit: implicitTls,
      control: (taken) => this.#server.take(taken, { implicitTls, over: () => door.left(address) }),
    });
  }

  reload(plan: ServePlan): Promise<void> {
    const options = this.#optionsOf(plan);
    return this.#server.reload(plan.listen === undefined ? options : { ...options, listen: plan.listen });
  }

  leave(): Promise<void> {
    return this.#server.leave();
  }

  close(options: { readonly grace: number }): Promise<void> {
    return this.#server.close(options);
  }
}
