import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import type { TestContext } from 'node:test';

/** What to say to a command: a text (CRLF is put behind it), or whatever the function does. */
export type Answer = string | ((argument: string, server: ScriptedServer) => unknown);

/** A server that says what the test wants: for what no honest server does. */
export class ScriptedServer {
  /** Every command line that came. */
  readonly lines: string[] = [];
  readonly port: number;
  readonly #answers: ReadonlyMap<string, Answer>;
  readonly #listener: Server;
  readonly #cleanup: (() => void)[] = [];
  #control: Socket | undefined;

  constructor(listener: Server, answers: Readonly<Record<string, Answer>>) {
    this.#listener = listener;
    this.#answers = new Map(Object.entries({ ...usual, ...answers }));
    this.port = (listener.address() as AddressInfo).port;
    listener.on('connection', (socket) => this.#serve(socket));
  }

  get url(): string {
    return `ftp://u:p@127.0.0.1:${this.port}`;
  }

  /** The control connection of the last client. */
  get control(): Socket {
    if (this.#control === undefined) throw new Error('no client has come');
    return this.#control;
  }

  say(line: string): void {
    this.control.write(`${line}\r\n`);
  }

  /** The verbs of the lines that came. */
  get verbs(): readonly string[] {
    return this.lines.map((line) => line.split(' ', 1)[0] ?? '');
  }

  /** A port that hands every connection to `serve`. */
  async dataPort(serve: (socket: Socket) => void, host = '127.0.0.1'): Promise<number> {
    const listener = createServer({ allowHalfOpen: true }, (socket) => {
      this.keep(socket);
      serve(socket);
    });
    listener.listen(0, host);
    await once(listener, 'listening');
    this.#cleanup.push(() => listener.close());
    return (listener.address() as AddressInfo).port;
  }

  /** Drops every connection that came, and goes on listening. */
  disconnect(): void {
    for (const clean of this.#cleanup.splice(0)) clean();
  }

  close(): void {
    this.#listener.close();
    this.disconnect();
  }

  #serve(socket: Socket): void {
    this.keep(socket);
    this.#control = socket;
    this.#answer('CONNECT', '');
    let rest = '';
    socket.setEncoding('latin1');
    socket.on('data', (text: string) => {
      rest += text;
      for (let end = rest.indexOf('\r\n'); end !== -1; end = rest.indexOf('\r\n')) {
        const line = rest.slice(0, end);
        rest = rest.slice(end + 2);
        this.lines.push(line);
        const space = line.indexOf(' ');
        this.#answer(space === -1 ? line : line.slice(0, space), space === -1 ? '' : line.slice(space + 1));
      }
    });
  }

  #answer(verb: string, argument: string): void {
    const answer = this.#answers.get(verb) ?? '502 no such command';
    if (typeof answer === 'function') answer(argument, this);
    else if (answer !== '') this.say(answer);
  }

  /** Destroys the socket when the test is over. */
  keep(socket: Socket): void {
    socket.on('error', () => undefined);
    this.#cleanup.push(() => socket.destroy());
  }
}

const usual: Readonly<Record<string, Answer>> = {
  CONNECT: '220 ready',
  USER: '331 password',
  PASS: '230 in',
  FEAT: '211-Features:\r\n MLST type*;size*;\r\n SIZE\r\n EPSV\r\n211 End',
  TYPE: '200 ok',
  PWD: '257 "/"',
  CWD: '250 ok',
  QUIT: '221 bye',
  NOOP: '200 ok',
};

export async function scripted(
  t: TestContext,
  answers: Readonly<Record<string, Answer>> = {},
): Promise<ScriptedServer> {
  const listener = createServer();
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const server = new ScriptedServer(listener, answers);
  t.after(() => server.close());
  return server;
}

/** `|||port|` of a 229. */
export function epsv(port: number): string {
  return `229 Entering Extended Passive Mode (|||${port}|)`;
}

/** The numbers of a 227. */
export function pasv(address: string, port: number): string {
  return `227 Entering Passive Mode (${address.replaceAll('.', ',')},${port >> 8},${port & 255}).`;
}
