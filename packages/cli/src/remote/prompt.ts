import type { ProcessIo } from '../terminal.ts';
import { CommandError } from '../usage-error.ts';

/** Asks on the terminal for a line that is not shown while it is typed. Undefined when nobody is there to ask. */
export async function askSecret(io: ProcessIo, question: string): Promise<string | undefined> {
  const { stdin, stderr } = io;
  if (stdin.isTTY !== true || stdin.setRawMode === undefined) return undefined;
  stderr.write(question);
  stdin.setRawMode(true);
  try {
    return await readSecret(stdin);
  } finally {
    stdin.setRawMode(false);
    stdin.pause();
    stderr.write('\n');
  }
}

/** In raw mode the terminal edits nothing and sends no signals, so Enter, Backspace, Ctrl-C and Ctrl-D are ours to handle. */
async function readSecret(stdin: ProcessIo['stdin']): Promise<string> {
  const characters: string[] = [];
  const decoder = new TextDecoder();
  return await new Promise<string>((resolve, reject) => {
    const done = (): void => {
      stdin.off('data', read);
      stdin.off('end', cancel);
    };
    const cancel = (): void => {
      done();
      reject(new CommandError('No password was given.'));
    };
    const read = (chunk: Uint8Array): void => {
      for (const character of decoder.decode(chunk, { stream: true })) {
        if (character === '\r' || character === '\n') {
          done();
          resolve(characters.join(''));
          return;
        }
        if (character === '\x03' || character === '\x04') {
          cancel();
          return;
        }
        if (character === '\x7f' || character === '\b') characters.pop();
        else if (character >= ' ') characters.push(character);
      }
    };
    stdin.on('data', read);
    stdin.once('end', cancel);
    stdin.resume();
  });
}
