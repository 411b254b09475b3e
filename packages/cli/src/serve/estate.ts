import type {
  AcceptedConnection,
  DataOwner,
  DataPlace,
  ExpectedData,
  KnownEnds,
  NextDoor,
} from '@duoport/net';
import type { DoorHandle } from '@duoport/server';
import type { Estate, Successor } from '../restart/successor.ts';
import { CallChannel, type Called } from '../workers/calls.ts';
import type { FromDoorKeeper, ToDoorKeeper } from '../workers/messages.ts';
import { RemoteDoor } from '../workers/remote-door.ts';
import type { ServePlan } from './plan.ts';
import type { RunningServer } from './running-server.ts';

/** What the process after this one has to know to begin with. */
export interface ServeFacts {
  readonly doors: readonly DoorHandle[];
  readonly singlePort: boolean;
}

/** What the process after this one may ask. */
export interface EstateService {
  /** What was made up at the start is in it, and stays. */
  plan(): Promise<ServePlan>;
  /** From now on the new process says what comes in at the one port. */
  moveDoor(): Promise<void>;
}

/** What the process before says of the one port, beside what it expects there itself. */
export type ToNextDoor =
  | ToDoorKeeper
  | {
      readonly kind: 'arrived';
      readonly implicit: boolean;
      readonly head: Uint8Array;
      readonly ends: KnownEnds;
    }
  | {
      readonly kind: 'know';
      readonly controls: readonly (readonly [address: string, count: number])[];
      readonly resuming: readonly string[];
    };

/** What a server leaves to the one after it. */
export function serveEstate(server: RunningServer, plan: ServePlan): Estate {
  const { door } = server;
  let channel: CallChannel | undefined;
  let next: SuccessorDoor | undefined;
  return {
    talks: door !== undefined,
    facts: (give, successor): ServeFacts => {
      const there = new SuccessorDoor(successor);
      next = there;
      const estate: EstateService = {
        plan: async () => plan,
        moveDoor: async () => await door?.moveTo(there),
      };
      channel = new CallChannel((message) => successor.tell(message), { estate });
      return {
        doors: server.doors.map((handle) => ({ ...handle, fd: give(handle.fd) })),
        singlePort: door !== undefined,
      };
    },
    heard: (message, handle) => {
      const said = message as Called | FromDoorKeeper;
      if ('call' in said) channel?.hear(said);
      else next?.hear(said, handle);
    },
    failed: async () => {
      channel?.close('the new process is gone');
      // Those who wait there come back before anybody is told that nothing comes.
      await door?.comeBack();
      next?.close(gone);
    },
    gone: () => next?.close(gone),
  };
}

const gone = 'The process that listens is gone';

/** The one port, when the process after this one listens there. */
class SuccessorDoor implements NextDoor {
  readonly #successor: Successor;
  readonly #remote: RemoteDoor;

  constructor(successor: Successor) {
    this.#successor = successor;
    this.#remote = new RemoteDoor((message) => successor.tell(message));
  }

  expect(data: ExpectedData, owner: DataOwner): Promise<DataPlace> {
    return this.#remote.expect(data, owner);
  }

  arrived(connection: AcceptedConnection, implicit: boolean): void {
    this.#successor.handOver(
      { kind: 'arrived', implicit, head: nothing, ends: {} } satisfies ToNextDoor,
      connection,
    );
  }

  know({ controls, resuming }: Parameters<NextDoor['know']>[0]): void {
    this.#successor.tell({
      kind: 'know',
      controls: [...controls],
      resuming: [...resuming],
    } satisfies ToNextDoor);
  }

  hear(message: FromDoorKeeper, handle: unknown): void {
    this.#remote.hear(message, handle);
  }

  close(because: string): void {
    this.#remote.close(because);
  }
}

const nothing = new Uint8Array(0);
