import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { TestAuthority } from '@duoport/testkit';

/** Let's Encrypt's small test issuer, with a name server for which every name is this machine. */
export interface Pebble extends AsyncDisposable {
  readonly directory: string;
  /** Who has signed the certificate of its own web server; a PEM file. */
  readonly ca: string;
  /** Where it looks for challenges. */
  readonly httpPort: number;
  readonly tlsPort: number;
}

const unpacked = fileURLToPath(new URL('../../../.cache/pebble', import.meta.url));

/** Where scripts/debian.mjs unpacks it on a machine that has none. */
export function pebbleTree(): string | undefined {
  return ['/', unpacked].find((root) => existsSync(join(root, 'usr/bin/pebble-challtestsrv')));
}

/** `account`: it takes nobody without this account, a number and a key. */
export async function startPebble(
  root: string,
  account?: { readonly id: string; readonly key: string },
): Promise<Pebble> {
  const folder = await mkdtemp(join(tmpdir(), 'duoport-pebble-'));
  const authority = await TestAuthority.make('Issuer of the issuer');
  const { cert, key } = await authority.issue({ name: 'localhost', use: 'server', hosts: ['localhost'] });
  const [listen, names, httpPort, tlsPort] = await Promise.all([free(), free(), free(), free()]);
  const pebble = {
    listenAddress: `127.0.0.1:${listen}`,
    managementListenAddress: '',
    certificate: join(folder, 'cert.pem'),
    privateKey: join(folder, 'key.pem'),
    httpPort,
    tlsPort,
    ...(account === undefined
      ? {}
      : { externalAccountBindingRequired: true, externalAccountMACKeys: { [account.id]: account.key } }),
  };
  const files = { 'cert.pem': cert, 'key.pem': key, 'ca.pem': authority.cert };
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  await writeFile(join(folder, 'config.json'), JSON.stringify({ pebble }));
  const off = ['-http01', '', '-https01', '', '-tlsalpn01', '', '-management', '', '-defaultIPv6', ''];
  const words = ['-dns01', `127.0.0.1:${names}`, '-defaultIPv4', '127.0.0.1', ...off];
  const children = [
    spawn(join(root, 'usr/bin/pebble-challtestsrv'), words, { stdio: 'ignore' }),
    spawn(
      join(root, 'usr/bin/pebble'),
      ['-config', join(folder, 'config.json'), '-dnsserver', `127.0.0.1:${names}`],
      {
        stdio: ['ignore', 'pipe', 'ignore'],
        env: { ...process.env, PEBBLE_VA_NOSLEEP: '1', PEBBLE_WFE_NONCEREJECT: '0' },
      },
    ),
  ];
  const [, issuer] = children;
  if (issuer?.stdout) await said(issuer, issuer.stdout, /Listening on/);
  while (issuer?.exitCode === null && !(await listens(listen)));
  return {
    directory: `https://localhost:${listen}/dir`,
    ca: join(folder, 'ca.pem'),
    httpPort,
    tlsPort,
    [Symbol.asyncDispose]: async () => {
      await Promise.all(children.map(ended));
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function said(child: ChildProcess, output: NodeJS.ReadableStream, words: RegExp): Promise<void> {
  for await (const line of createInterface({ input: output })) {
    if (!words.test(line)) continue;
    output.resume();
    return;
  }
  throw new Error(`pebble ended with ${child.exitCode}`);
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
}

async function free(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

async function listens(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
