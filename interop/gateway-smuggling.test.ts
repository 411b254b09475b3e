import assert from 'node:assert/strict';
import { existsSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { createGateway, type FtpGateway } from '@duoport/gateway';
import { duoportServer } from './peers/duoport.ts';
import type { Peer, ServerKind } from './peers/peer.ts';
import { proftpd } from './peers/proftpd.ts';
import { pureFtpd } from './peers/pure-ftpd.ts';
import { vsftpd } from './peers/vsftpd.ts';
import { programs } from './support/programs.ts';
import { giveToSessions } from './support/served-folder.ts';

/*
 * Request smuggling by difference: what the gateway takes for one command must be one to the server. A line that hides `DELE victim`
 * goes through a gateway that lets nobody delete; the file must be there afterwards, and every command must have had one reply.
 */

const hidden = 'DELE victim';
const long = (count: number): string => 'x'.repeat(count);

const attacks: Readonly<Record<string, string>> = {
  'a bare LF': `CWD a\n${hidden}\r\n`,
  'a bare CR': `CWD a\r${hidden}\r\n`,
  'CR NUL': `CWD a\r\0${hidden}\r\n`,
  'CR CR LF': `CWD a\r\r\n${hidden}\r\n`,
  NUL: `CWD a\0${hidden}\r\n`,
  'NUL behind CRLF': `CWD a\r\n\0${hidden}\r\n`,
  'LF CR': `CWD a\n\r${hidden}\r\n`,
  'IAC IP before CRLF': `CWD a\xff\xf4\r\n`,
  'IAC DM before the hidden command': `CWD a\xff\xf2${hidden}\r\n`,
  'IAC WILL LF': `CWD a\xff\xfb\n${hidden}\r\n`,
  'IAC SB without end': `CWD a\xff\xfa${hidden}\r\n`,
  'IAC IAC LF': `CWD a\xff\xff\n${hidden}\r\n`,
  'a lone IAC before CRLF': `CWD a\xff\r\n`,
  'IAC before the verb': `\xff\xf4\xff\xf2${hidden}\r\n`,
  'IAC inside the verb': `DE\xff\xf1LE victim\r\n`,
  'NEL, VT and FF': `CWD a\x85${hidden}\x0b${hidden}\x0c${hidden}\r\n`,
  'UTF-8 line and paragraph separators': `CWD a\xe2\x80\xa8${hidden}\xe2\x80\xa9${hidden}\r\n`,
  'overlong UTF-8 of LF': `CWD a\xc0\x8a${hidden}\r\n`,
  'a semicolon and quotes': `CWD "a; ${hidden}"\r\n`,
  'spaces before the verb': `   ${hidden}\r\n`,
  'a tab behind the verb': 'DELE\tvictim\r\n',
  'lower case': 'dele victim\r\n',
  'a line of 500 bytes and the hidden command': `CWD ${long(500)}${hidden}\r\n`,
  'a line of 512 bytes': `CWD ${long(508)}${hidden}\r\n`,
  'a line of 1,024 bytes': `CWD ${long(1020)}${hidden}\r\n`,
  'a line of 2,048 bytes': `CWD ${long(2044)}${hidden}\r\n`,
  'a line of 3,990 bytes, about as long as the gateway lets pass': `CWD ${long(3986)}\r\n`,
  'a line of 4,096 bytes': `CWD ${long(4092)}${hidden}\r\n`,
  'a line of 4,100 bytes': `CWD ${long(4096)}${hidden}\r\n`,
  'a line of 8,000 bytes': `CWD ${long(7996)}${hidden}\r\n`,
  'a line of 20,000 bytes': `CWD ${long(20_000)}${hidden}\r\n`,
  '4,000 bytes 0xFF, each of them two on the way': `CWD ${'\xff'.repeat(4000)}${hidden}\r\n`,
  'SITE with what it is not': `SITE ${hidden}\r\n`,
};

class Control {
  readonly #socket: Socket;
  #text = '';
  #wake: () => void = () => undefined;
  #isOver = false;

  constructor(port: number) {
    this.#socket = connect(port, '127.0.0.1');
    this.#socket.setEncoding('latin1').on('data', (text: string) => {
      this.#text += text;
      this.#wake();
    });
    this.#socket
      .on('error', () => undefined)
      .on('close', () => {
        this.#isOver = true;
        this.#wake();
      });
  }

  say(text: string): void {
    this.#socket.write(Buffer.from(text, 'latin1'));
  }

  /** Final replies up to the one of which `isLast` is true, or to the end of the connection. */
  async replies(isLast: (line: string) => boolean): Promise<readonly string[]> {
    const seen: string[] = [];
    for (;;) {
      const end = this.#text.indexOf('\r\n');
      if (end < 0) {
        if (this.#isOver) return seen;
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
        continue;
      }
      const line = this.#text.slice(0, end);
      this.#text = this.#text.slice(end + 2);
      if (!/^\d\d\d /.test(line)) continue;
      seen.push(line);
      if (isLast(line)) return seen;
    }
  }

  close(): void {
    this.#socket.destroy();
  }
}

async function gatewayTo(peer: Peer, told: string[]): Promise<FtpGateway> {
  const gateway = createGateway({
    listen: [{ host: '127.0.0.1', port: 0 }],
    to: [{ host: peer.host, port: peer.port }],
    commands: { readOnly: true },
    trace: () => ({
      server: (event) => {
        if (event.kind === 'line')
          told.push(`${event.from === 'client' ? '>' : '<'} ${event.text.slice(0, 100)}`);
      },
    }),
  });
  await gateway.start();
  return gateway;
}

const lost = programs().missing.map(({ name }) => name);

for (const kind of [vsftpd, proftpd, pureFtpd, duoportServer] satisfies readonly ServerKind[]) {
  const skip =
    kind.needs.some((name) => lost.includes(name)) || (kind.needsRoot === true && process.getuid?.() !== 0);
  describe(`smuggling through the gateway to ${kind.name}`, { skip, timeout: 300_000 }, () => {
    let started: Promise<Peer> | undefined;
    const peer = (): Promise<Peer> => {
      started ??= kind.start({ family: 4 });
      return started;
    };
    after(async () => (await started)?.stop());
    for (const [name, bytes] of Object.entries(attacks)) {
      it(`attack: ${name}`, async () => {
        const { root, user, password, ...rest } = await peer();
        const victim = join(root, 'victim');
        writeFileSync(victim, 'alive');
        giveToSessions(victim);
        const told: string[] = [];
        const gateway = await gatewayTo({ root, user, password, ...rest }, told);
        const control = new Control(gateway.listening[0]?.port ?? 0);
        try {
          await control.replies((line) => line.startsWith('220 '));
          control.say(`USER ${user}\r\n`);
          await control.replies((line) => line.startsWith('331 '));
          control.say(`PASS ${password}\r\n`);
          await control.replies((line) => line.startsWith('230 '));
          told.length = 0;
          control.say(bytes);
          control.say('QUIT\r\n');
          await control.replies((line) => line.startsWith('221 '));
          assert.ok(existsSync(victim), `the hidden command was carried out:\n${told.join('\n')}`);
          // One reply of the server to each command that went there: neither more nor fewer were read.
          const asked = told.filter((line) => line.startsWith('> ')).length;
          const answered = told.filter((line) => /^< \d\d\d( |$)/.test(line)).length;
          assert.equal(answered, asked, told.join('\n'));
        } finally {
          control.close();
          await gateway.close({ grace: 0 });
        }
      });
    }
  });
}
