import { closeSync } from 'node:fs';
import { AcceptedConnection, type SinglePort } from '@duoport/net';
import type { ListenOptions } from '@duoport/server';
import type { Predecessor } from '../restart/predecessor.ts';
import { UsageError } from '../usage-error.ts';
import { CallChannel, type Called, remoteService } from '../workers/calls.ts';
import { DoorKeeper } from '../workers/door-keeper.ts';
import type { FromDoorKeeper } from '../workers/messages.ts';
import type { EstateService, ServeFacts, ToNextDoor } from './estate.ts';
import type { PlannedListener, ServePlan } from './plan.ts';
import type { RunningServer } from './running-server.ts';

/** Goes on where the process before this one stops. */
export class Takeover {
  readonly #before: Predecessor<ServeFacts>;
  readonly #calls: CallChannel;
  readonly #estate: EstateService;
  #guests: DoorGuests | undefined;

  constructor(before: Predecessor<ServeFacts>) {
    this.#before = before;
    this.#calls = new CallChannel((message) => before.tell(message));
    this.#estate = remoteService<EstateService>(this.#calls, 'estate');
    before.hear((message, handle) => {
      const said = message as Called | ToNextDoor;
      if ('call' in said) this.#calls.hear(said);
      else this.#guests?.hear(said, handle);
    });
    before.onceGone(() => {
      this.#calls.close('the process before this one is gone');
      this.#guests?.close();
    });
  }

  /** What holds in the process before this one. */
  plan(): Promise<ServePlan> {
    return this.#before.during(this.#estate.plan());
  }

  /**
   * Where to listen: the sockets that there are, and others that are asked for now. Those that are not asked for any more are closed.
   * @throws UsageError for what cannot be changed this way.
   */
  listeners({ listen, singlePort }: ServePlan): readonly ListenOptions[] {
    const { facts } = this.#before;
    if (singlePort !== facts.singlePort)
      throw new UsageError(
        'passive.single-port cannot be changed while clients of the server before are there: stop it, and start it anew.',
      );
    if (listen === undefined) return facts.doors;
    const left = [...facts.doors];
    const wanted = listen.map((where) => {
      const at = left.findIndex((door) => isSame(door, where));
      const [door] = at < 0 ? [] : left.splice(at, 1);
      return { ...where, fd: door?.fd };
    });
    for (const { fd } of left) closeSync(fd);
    return wanted;
  }

  /** Takes the door over for this server, before it listens. */
  async takeDoor(server: RunningServer): Promise<void> {
    if (server.door === undefined) return;
    this.#guests = new DoorGuests(server.door, server, this.#before);
    await this.#before.during(this.#estate.moveDoor());
  }
}

function isSame(one: PlannedListener, other: PlannedListener): boolean {
  return one.host === other.host && one.port === other.port && one.implicitTls === other.implicitTls;
}

/** Clients of the process before this one, whose data connections come in here. */
class DoorGuests {
  readonly #door: SinglePort;
  readonly #server: RunningServer;
  readonly #keeper: DoorKeeper;
  readonly #controls = new Map<string, number>();

  constructor(door: SinglePort, server: RunningServer, before: Predecessor<ServeFacts>) {
    this.#door = door;
    this.#server = server;
    this.#keeper = new DoorKeeper(door, {
      tell: (message: FromDoorKeeper) => before.tell(message),
      handOver: (message, connection) => before.handOver(message, connection),
    });
  }

  hear(message: ToNextDoor, handle: unknown): void {
    if (message.kind === 'arrived') {
      const connection = AcceptedConnection.attach(handle, message.head, message.ends);
      if (connection) this.#server.arrived(connection, message.implicit);
    } else if (message.kind === 'know') {
      for (const [address, change] of message.controls)
        this.#controls.set(address, (this.#controls.get(address) ?? 0) + change);
      this.#door.know({ controls: new Map(message.controls), resuming: message.resuming });
    } else this.#keeper.hear(message);
  }

  /** All of them are gone. */
  close(): void {
    this.#keeper.close();
    const controls = new Map([...this.#controls].map(([address, count]) => [address, -count]));
    this.#controls.clear();
    this.#door.know({ controls, resuming: [] });
  }
}
