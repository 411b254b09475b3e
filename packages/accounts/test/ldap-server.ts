import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { chmod, chown, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { certificate } from '@duoport/testkit';

/** Debian's slapd with a small directory, in a temporary folder, on free ports of loopback. */
export interface LdapServer extends AsyncDisposable {
  /** `ldap://127.0.0.1:PORT`; StartTLS is offered, with the certificate of the test kit. */
  readonly url: string;
  readonly ldaps: string;
  /** Whoever is connected is cut off. */
  stop(): Promise<void>;
  start(): Promise<void>;
  /** Holds everything up, and lets it go on. */
  freeze(): void;
  thaw(): void;
}

/** Where scripts/debian.mjs unpacks it on a machine that has none. */
const unpacked = fileURLToPath(new URL('../../../.cache/slapd', import.meta.url));
/** Nobody: it needs no rights. */
const nobody = 65_534;

/** Undefined: it is not installed. */
export function slapdTree(): string | undefined {
  return ['/', unpacked].find((root) => existsSync(join(root, 'usr/sbin/slapd')));
}

/** Password of everybody: `secret-` and the name. */
const entries = `dn: dc=example,dc=org
objectClass: domain
dc: example

dn: ou=people,dc=example,dc=org
objectClass: organizationalUnit
ou: people

dn: ou=groups,dc=example,dc=org
objectClass: organizationalUnit
ou: groups

dn: cn=service,dc=example,dc=org
objectClass: organizationalRole
objectClass: simpleSecurityObject
cn: service
userPassword: searching

${['ann', 'bob', 'Eve*', 'zoë'].map((name, index) => person(name, index)).join('\n')}
dn: cn=staff,ou=groups,dc=example,dc=org
objectClass: groupOfNames
cn: staff
member: uid=ann,ou=people,dc=example,dc=org

dn: cn=ftp,ou=groups,dc=example,dc=org
objectClass: posixGroup
cn: ftp
gidNumber: 500
memberUid: ann
memberUid: bob
`;

function person(name: string, index: number): string {
  return `dn: uid=${name},ou=people,dc=example,dc=org
objectClass: inetOrgPerson
objectClass: posixAccount
uid: ${name}
cn: ${name}
sn: ${name}
uidNumber: ${2000 + index}
gidNumber: 500
homeDirectory: HOME
description: ${index === 1 ? 'read' : 'list'}
${index === 0 ? 'description: read\n' : ''}userPassword: secret-${name}
`;
}

function configuration(root: string, folder: string): string {
  const schemas = ['core', 'cosine', 'nis', 'inetorgperson'].map(
    (name) => `include ${join(root, 'etc/ldap/schema', `${name}.schema`)}`,
  );
  return `${schemas.join('\n')}
modulepath ${join(root, 'usr/lib/ldap')}
moduleload back_mdb
pidfile ${folder}/slapd.pid
TLSCertificateFile ${folder}/cert.pem
TLSCertificateKeyFile ${folder}/key.pem
database mdb
suffix "dc=example,dc=org"
rootdn "cn=root,dc=example,dc=org"
directory ${folder}/data
maxsize 10485760
access to attrs=userPassword by anonymous auth by * none
access to dn.subtree="ou=people,dc=example,dc=org" by dn.base="cn=service,dc=example,dc=org" read by self read by anonymous auth by * none
access to dn.subtree="ou=groups,dc=example,dc=org" by users read by * none
access to * by users read by * none
`;
}

/** `home`: the folder that all people have. */
export async function startLdap(root: string, home: string): Promise<LdapServer> {
  const folder = await mkdtemp(join(tmpdir(), 'duoport-ldap-'));
  await mkdir(join(folder, 'data'));
  const files = {
    'slapd.conf': configuration(root, folder),
    'entries.ldif': entries.replaceAll('HOME', home),
    'cert.pem': certificate.cert,
    'key.pem': certificate.key,
  };
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  const isRoot = process.getuid?.() === 0;
  if (isRoot)
    for (const name of ['.', 'data', ...Object.keys(files)]) await chown(join(folder, name), nobody, nobody);
  await chmod(folder, 0o700);
  const options = {
    cwd: folder,
    env: { PATH: process.env['PATH'], LD_LIBRARY_PATH: librariesOf(root) },
    ...(isRoot ? { uid: nobody, gid: nobody } : {}),
  };
  const program = join(root, 'usr/sbin/slapd');
  const load = ['-f', join(folder, 'slapd.conf'), '-q', '-l', join(folder, 'entries.ldif')];
  const made = spawnSync(join(root, 'usr/sbin/slapadd'), load, { ...options, encoding: 'utf8' });
  if (made.status !== 0) throw new Error(`slapadd: ${made.error?.message ?? made.stderr}`);
  const ports = [await freePort(), await freePort()];
  const urls = [`ldap://127.0.0.1:${ports[0]}`, `ldaps://127.0.0.1:${ports[1]}`] as const;
  let running: ChildProcess | undefined;
  const server: LdapServer = {
    url: urls[0],
    ldaps: urls[1],
    async start() {
      const words = [
        '-f',
        join(folder, 'slapd.conf'),
        '-h',
        urls.map((url) => `${url}/`).join(' '),
        '-d',
        '256',
      ];
      const child = spawn(program, words, { ...options, stdio: ['ignore', 'ignore', 'pipe'] });
      running = child;
      const said: string[] = [];
      for await (const line of createInterface({ input: child.stderr })) {
        said.push(line);
        if (!line.includes('slapd starting')) continue;
        child.stderr.resume();
        // It says so a moment before it listens.
        for (const port of ports) while (child.exitCode === null && !(await listens(port)));
        return;
      }
      throw new Error(`slapd did not start: ${said.join('\n')}`);
    },
    async stop() {
      const child = running;
      running = undefined;
      if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
      const gone = once(child, 'exit');
      child.kill('SIGKILL');
      await gone;
    },
    freeze: () => void running?.kill('SIGSTOP'),
    thaw: () => void running?.kill('SIGCONT'),
    async [Symbol.asyncDispose]() {
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
  await server.start();
  return server;
}

function librariesOf(root: string): string {
  const folder = join(root, 'usr/lib');
  const all = readdirSync(folder).filter((name) => name.includes('-linux-'));
  return all.map((name) => join(folder, name)).join(':');
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

/** It has no way to choose one itself. */
async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
