// A server that answers canned replies and canned bytes and never touches a file. It shows the ceiling of the load
// generator on this machine: no FTP server can be measured faster than this one. Runs as a process of its own.
import { readFileSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { createSecureContext, TLSSocket } from 'node:tls';
import { pour } from './data.ts';

const gib = 1024 ** 3;
const small = Buffer.alloc(1024, 0x61);
const large = Buffer.alloc(1024 * 1024, 0x62);
const [port = '', certificate = '', key = '', entries = ''] = process.argv.slice(2);
const list = lines((name) => `-rw-r--r--   1 1000     1000         1024 Nov 20 07:00 ${name}\r\n`);
const mlsd = lines((name) => `type=file;size=1024;modify=20261120070000;UNIX.mode=0644; ${name}\r\n`);
const context = createSecureContext({ cert: readFileSync(certificate), key: readFileSync(key) });

const canned: Readonly<Record<string, string>> = {
  USER: '331 go on',
  PASS: '230 welcome',
  TYPE: '200 ok',
  CWD: '250 ok',
  PBSZ: '200 ok',
  PROT: '200 ok',
};

class Session {
  #control: Socket;
  #secure = false;
  #listener: Server | undefined;
  #port = 0;
  #reply = '';
  #waiting: ((socket: Socket) => void) | undefined;
  #early: Socket | undefined;
  #text = '';

  constructor(control: Socket) {
    this.#control = control;
    this.#read(control);
    control.write('220 bare\r\n');
  }

  #read(control: Socket): void {
    control.on('error', () => this.#close()).on('close', () => this.#close());
    control.on('data', (chunk: Buffer) => {
      this.#text += chunk.toString('latin1');
      for (let at = this.#text.indexOf('\r\n'); at >= 0; at = this.#text.indexOf('\r\n')) {
        const line = this.#text.slice(0, at);
        this.#text = this.#text.slice(at + 2);
        const [verb = ''] = line.split(' ', 1);
        this.#command(verb, line.slice(verb.length + 1));
      }
    });
  }

  #command(verb: string, argument: string): void {
    const answer = canned[verb];
    if (answer !== undefined) this.#say(answer);
    else if (verb === 'EPSV') this.#passive();
    else if (verb === 'PORT') this.#active(argument);
    else if (verb === 'RETR')
      this.#send(argument.endsWith('large') ? large : small, argument.endsWith('large') ? gib : 1024);
    else if (verb === 'LIST') this.#send(list, list.length);
    else if (verb === 'MLSD') this.#send(mlsd, mlsd.length);
    else if (verb === 'STOR') this.#receive();
    else if (verb === 'AUTH') this.#startTls();
    else if (verb === 'QUIT') this.#control.end('221 bye\r\n');
    else this.#say('502 not here');
  }

  #say(line: string): void {
    this.#control.write(`${line}\r\n`, 'latin1');
  }

  #startTls(): void {
    const plain = this.#control;
    plain.removeAllListeners('data');
    this.#say('234 go on');
    this.#control = new TLSSocket(plain, { isServer: true, secureContext: context });
    this.#secure = true;
    this.#read(this.#control);
  }

  #passive(): void {
    this.#port = 0;
    if (this.#listener !== undefined) return this.#say(this.#reply);
    const listener = createServer({ allowHalfOpen: true }, (socket) => this.#take(socket));
    this.#listener = listener;
    listener.listen(0, '127.0.0.1', 8, () => {
      const address = listener.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      this.#reply = `229 Entering Extended Passive Mode (|||${port}|)`;
      this.#say(this.#reply);
    });
  }

  #active(argument: string): void {
    const [, , , , high = 0, low = 0] = argument.split(',').map(Number);
    this.#port = high * 256 + low;
    this.#say('200 ok');
  }

  #take(socket: Socket): void {
    socket.on('error', () => undefined);
    const waiting = this.#waiting;
    this.#waiting = undefined;
    if (waiting === undefined) this.#early = socket;
    else waiting(socket);
  }

  #data(use: (socket: Socket) => void): void {
    const secured = (socket: Socket) => {
      this.#say('150 here it comes');
      use(this.#secure ? new TLSSocket(socket, { isServer: true, secureContext: context }) : socket);
    };
    const early = this.#early;
    this.#early = undefined;
    if (this.#port > 0) {
      const socket = dialBack(this.#port, () => secured(socket));
    } else if (early !== undefined) secured(early);
    else this.#waiting = secured;
  }

  #send(source: Uint8Array, total: number): void {
    this.#data((socket) => {
      pour(socket, source, total).then(
        () => this.#say('226 done'),
        () => this.#say('426 broken'),
      );
    });
  }

  #receive(): void {
    this.#data((socket) => {
      socket.on('data', () => undefined);
      socket.on('end', () => socket.end());
      socket.on('close', () => this.#say('226 done'));
    });
  }

  #close(): void {
    this.#listener?.close();
  }
}

function dialBack(port: number, then: () => void): Socket {
  const socket = connect({ host: '127.0.0.1', port, allowHalfOpen: true }, then);
  // The load may be gone already.
  return socket.on('error', () => undefined);
}

function lines(format: (name: string) => string): Buffer {
  return Buffer.from(
    Array.from({ length: Number(entries) }, (_, i) => format(`file-${String(i).padStart(5, '0')}.txt`)).join(
      '',
    ),
  );
}

const server = createServer({ noDelay: true }, (socket) => new Session(socket));
server.listen(Number(port), '127.0.0.1', 4096);
