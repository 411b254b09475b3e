import { once } from 'node:events';
import { connect } from 'node:net';
import { createInterface } from 'node:readline';

/** A control connection, a line at a time. */
export interface Dialogue extends AsyncDisposable {
  /** The next line of the server. */
  line(): Promise<string>;
  send(text: string): void;
  ask(text: string): Promise<string>;
  /** As u with password p. */
  login(): Promise<void>;
  /** EPSV, and the port that it names. */
  passive(): Promise<number>;
}

/** After the greeting nothing has been read; nobody is logged in. */
export async function dialogue(port: number): Promise<Dialogue> {
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  const lines = createInterface({ input: socket })[Symbol.asyncIterator]();
  const line = async () => String((await lines.next()).value);
  const send = (text: string) => void socket.write(`${text}\r\n`);
  const ask = (text: string) => {
    send(text);
    return line();
  };
  return {
    line,
    send,
    ask,
    login: async () => {
      await line();
      await ask('USER u');
      const said = await ask('PASS p');
      if (!said.startsWith('230')) throw new Error(said);
    },
    passive: async () => {
      const said = await ask('EPSV');
      return Number(/\|\|\|(\d+)\|/.exec(said)?.[1]);
    },
    [Symbol.asyncDispose]: async () => {
      socket.destroy();
    },
  };
}
