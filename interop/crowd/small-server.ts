import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';

/** A server of small files that costs as little as can be: one data port a session, no checks. For whoever measures what is before it. */
export class SmallServer implements AsyncDisposable {
  readonly #content: Uint8Array;
  readonly #control = createServer({ noDelay: true }, (socket) => this.#serve(socket));
  readonly #open = new Set<Socket | Server>();

  constructor(content: Uint8Array) {
    this.#content = content;
  }

  async start(): Promise<number> {
    return portOf(this.#control);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#control.close();
    for (const open of this.#open) {
      if ('destroy' in open) open.destroy();
      else open.close();
    }
  }

  #serve(control: Socket): void {
    this.#open.add(control);
    let verb = '';
    let arrived: Socket | undefined;
    const data = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
      socket.on('error', () => undefined);
      arrived = socket;
      begin();
    });
    this.#open.add(data);
    const say = (line: string) => void control.write(`${line}\r\n`);
    const begin = () => {
      const socket = arrived;
      if (socket === undefined || verb === '') return;
      arrived = undefined;
      socket.once('close', () => say('226 done'));
      socket.once('end', () => socket.end());
      if (verb === 'RETR') socket.end(this.#content);
      socket.resume();
      verb = '';
    };
    const port = portOf(data);
    control.setEncoding('latin1').on('data', async (text: string) => {
      for (const line of text.split('\r\n')) {
        const [asked = ''] = line.split(' ', 1);
        if (asked === 'RETR' || asked === 'STOR') {
          say('150 go');
          verb = asked;
          begin();
        } else if (asked === 'EPSV') say(`229 Entering Extended Passive Mode (|||${await port}|)`);
        else if (asked !== '') say(answers[asked] ?? '200 ok');
      }
    });
    control.on('error', () => undefined).on('close', () => data.close());
    say('220 ready');
  }
}

const answers: Readonly<Record<string, string>> = { USER: '331 password', PASS: '230 in', QUIT: '221 bye' };

async function portOf(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}
