import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import type { TestContext } from 'node:test';

/** One control connection of a scripted server. */
export interface Visitor {
  readonly socket: Socket;
  say(line: string): void;
}

/** What to say to a command: a text (CRLF is put behind it), or whatever the function does. `''`: nothing, for ever. */
export type Answer = string | ((argument: string, visitor: Visitor) => unknown);

export interface Scripted {
  readonly url: string;
  readonly port: number;
  /** Every command line that came, of all connections. */
  readonly lines: readonly string[];
  /** Control connections that are open now. */
  readonly open: number;
  /** A port on loopback that hands every connection to `serve`. */
  dataPort(serve: (socket: Socket) => void, host?: string): Promise<number>;
}

/** A server over real sockets that says what the test wants: for lies that no real server tells. */
export async function scripted(
  t: TestContext,
  answers: Readonly<Record<string, Answer>> = {},
): Promise<Scripted> {
  const table = new Map(Object.entries({ ...usual, ...answers }));
  const lines: string[] = [];
  const sockets = new Set<Socket>();
  const listeners: Server[] = [];
  let open = 0;
  const keep = (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
  };
  const listen = async (serve: (socket: Socket) => void, host = '127.0.0.1') => {
    const listener = createServer({ allowHalfOpen: true }, (socket) => {
      keep(socket);
      serve(socket);
    });
    listener.listen(0, host);
    await once(listener, 'listening');
    listeners.push(listener);
    return (listener.address() as AddressInfo).port;
  };
  const visit = (socket: Socket) => {
    open += 1;
    socket.on('close', () => {
      open -= 1;
    });
    socket.on('end', () => socket.end());
    const visitor = { socket, say: (line: string) => void socket.write(`${line}\r\n`) };
    const answer = (verb: string, argument: string) => {
      const what = table.get(verb) ?? '502 no such command';
      if (typeof what === 'function') what(argument, visitor);
      else if (what !== '') visitor.say(what);
    };
    answer('CONNECT', '');
    let rest = '';
    socket.setEncoding('latin1').on('data', (text: string) => {
      const all = (rest + text).split('\r\n');
      rest = all.pop() ?? '';
      for (const line of all) {
        lines.push(line);
        const [verb = '', ...words] = line.split(' ');
        answer(verb, words.join(' '));
      }
    });
  };
  const port = await listen(visit);
  t.after(() => {
    for (const listener of listeners) listener.close();
    for (const socket of sockets) socket.destroy();
  });
  return {
    url: `ftp://u:p@127.0.0.1:${port}/`,
    port,
    lines,
    get open() {
      return open;
    },
    dataPort: listen,
  };
}

const usual: Readonly<Record<string, Answer>> = {
  CONNECT: '220 ready',
  USER: '331 password',
  PASS: '230 in',
  FEAT: '211-Features:\r\n EPSV\r\n211 End',
  SYST: '215 UNIX Type: L8',
  TYPE: '200 ok',
  CWD: '250 ok',
  NOOP: '200 ok',
  QUIT: (_, visitor) => {
    visitor.say('221 bye');
    visitor.socket.end();
  },
};

/** The numbers of a 227. */
export function pasv(address: string, port: number): string {
  return `227 Entering Passive Mode (${address.replaceAll('.', ',')},${port >> 8},${port & 255}).`;
}
