import {
  AcceptedConnection,
  type DataDoor,
  type DataOwner,
  type DataPlace,
  type ExpectedData,
} from '@duoport/net';
import { FtpLimitError } from '@duoport/protocol';
import type { FromWorker, ToWorker } from './messages.ts';

interface Expecting {
  readonly owner: DataOwner;
  readonly resolve: (place: DataPlace) => void;
  readonly reject: (error: Error) => void;
}

/** The door of the first process, as a worker sees it. */
export class RemoteDoor implements DataDoor {
  readonly #send: (message: FromWorker) => void;
  readonly #expecting = new Map<number, Expecting>();
  #next = 1;

  constructor(send: (message: FromWorker) => void) {
    this.#send = send;
  }

  expect(data: ExpectedData, owner: DataOwner): Promise<DataPlace> {
    const id = this.#next++;
    return new Promise((resolve, reject) => {
      this.#expecting.set(id, { owner, resolve, reject });
      this.#send({ kind: 'expect', id, data });
    });
  }

  /** What the first process says of it. */
  hear(message: Extract<ToWorker, { readonly id: number }>, handle: unknown): void {
    const { id } = message;
    const expecting = this.#expecting.get(id);
    switch (message.kind) {
      case 'place':
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
