import { connect, createServer, type Server, type Socket } from 'node:net';
import type { TestContext } from 'node:test';
import { resetStream } from '@duoport/net';

/** One line between two machines, with somebody on it who can cut it. */
export interface Line {
  readonly port: number;
  /** Bytes that have passed, in both directions. */
  readonly passed: () => number;
  cut(how: 'reset' | 'fin'): void;
}

/** Stands between the gateway and its server on `address`, on the same ports as the server has on 127.0.0.1. */
export class Scissors {
  /** The newest line to each port comes last. */
  readonly lines: Line[] = [];
  readonly #servers: Server[] = [];

  static async on(t: TestContext, address: string, ports: readonly number[]): Promise<Scissors> {
    const scissors = new Scissors();
    t.after(() => {
      for (const server of scissors.#servers) server.close();
    });
    for (const port of ports) await scissors.#listen(address, port);
    return scissors;
  }

  /** The newest line to one of these ports. */
  newest(isOne: (port: number) => boolean): Line | undefined {
    return this.lines.findLast(({ port }) => isOne(port));
  }

  #listen(address: string, port: number): Promise<void> {
    const server = createServer({ allowHalfOpen: true, noDelay: true }, (near) => this.#join(near, port));
    this.#servers.push(server);
    return new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, address, resolve);
    });
  }

  #join(near: Socket, port: number): void {
    const far = connect({ host: '127.0.0.1', port, allowHalfOpen: true, noDelay: true });
    let passed = 0;
    let isCut = false;
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      from.on('data', (chunk: Uint8Array) => {
        passed += chunk.length;
        if (!to.write(chunk)) {
          from.pause();
          to.once('drain', () => from.resume());
        }
      });
      from.on('end', () => {
        // libuv takes a reset that comes together with the last bytes for an end: an empty write asks the kernel.
        if (from.writable) from.write(new Uint8Array(0));
        if (!from.errored) to.end();
      });
      from.on('error', () => {
        if (!isCut) resetStream(to);
      });
    }
    this.lines.push({
      port,
      passed: () => passed,
      cut: (how) => {
        isCut = true;
        for (const socket of [near, far]) {
          if (how === 'reset') resetStream(socket);
          else socket.destroy();
        }
      },
    });
  }
}
