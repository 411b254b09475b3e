import {
  AcceptedConnection,
  type DataDoor,
  type DataOwner,
  type DataPlace,
  type ExpectedData,
} from '@duoport/net';
import { FtpClosedError, FtpLimitError } from '@duoport/protocol';
import type { FromDoorKeeper, ToDoorKeeper } from './messages.ts';

interface Expecting {
  readonly owner: DataOwner;
  readonly resolve: (place: DataPlace) => void;
  readonly reject: (error: Error) => void;
  hasPlace: boolean;
}

/** The door of another process. */
export class RemoteDoor implements DataDoor {
  readonly #send: (message: ToDoorKeeper) => void;
  readonly #expecting = new Map<number, Expecting>();
  #next = 1;
  #gone: string | undefined;

  constructor(send: (message: ToDoorKeeper) => void) {
    this.#send = send;
  }

  expect(data: ExpectedData, owner: DataOwner): Promise<DataPlace> {
    if (this.#gone !== undefined) return Promise.reject(new FtpClosedError(this.#gone));
    const id = this.#next++;
    return new Promise((resolve, reject) => {
      this.#expecting.set(id, { owner, resolve, reject, hasPlace: false });
      this.#send({ kind: 'expect', id, data });
    });
  }

  /** The other process is gone: nothing comes any more. */
  close(because: string): void {
    this.#gone = because;
    const expecting = [...this.#expecting.values()];
    this.#expecting.clear();
    for (const { owner, reject, hasPlace } of expecting) {
      if (hasPlace) owner.refused(because);
      else reject(new FtpClosedError(because));
    }
  }

  /** What the other process says of it. */
  hear(message: FromDoorKeeper, handle: unknown): void {
    const { id } = message;
    const expecting = this.#expecting.get(id);
    switch (message.kind) {
      case 'place':
        if (expecting) expecting.hasPlace = true;
        return expecting?.resolve(this.#place(id));
      case 'no-place': {
        this.#expecting.delete(id);
        const limits = { limit: 'dataConnectionsPerAddress', value: 1 };
        return expecting?.reject(new FtpLimitError(message.because, limits));
      }
      case 'refused':
        this.#expecting.delete(id);
        return expecting?.owner.refused(message.because);
      case 'data': {
        this.#expecting.delete(id);
        const connection = AcceptedConnection.attach(handle, message.head, message.ends);
        if (connection === undefined) expecting?.owner.refused('The data connection was gone at once');
        else if (expecting === undefined) connection.destroy();
        else expecting.owner.came(connection, message.ticketed);
      }
    }
  }

  #place(id: number): DataPlace {
    return {
      awaited: () => this.#send({ kind: 'awaited', id }),
      end: () => {
        if (this.#expecting.delete(id)) this.#send({ kind: 'end', id });
      },
    };
  }
}
