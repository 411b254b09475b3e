import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** Debian's Python reads the datagrams, which Node has no door to. */
const program = `
import json, socket, sys
one = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
one.bind(sys.argv[1])
print('"bound"', flush=True)
while True:
    print(json.dumps(one.recv(65536).decode()), flush=True)
`;

/** A service manager's end of `NOTIFY_SOCKET`. */
export async function notifySocket(folder: string) {
  const path = join(folder, 'notify');
  const child = spawn('python3', ['-c', program, path], { stdio: ['ignore', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async (): Promise<string> => JSON.parse(String((await lines.next()).value)) as string;
  await next();
  return {
    path,
    next,
    [Symbol.asyncDispose]: async () => {
      if (child.exitCode !== null) return;
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
  };
}
