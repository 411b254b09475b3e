import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { type TestContext, test } from 'node:test';
import { buildLab, duoportCommand, findTopology, type Lab, whatLabLacks } from '../src/index.ts';

// The server's firewall lets in one port and drops everything else: other people's clients list, fetch and store all the same.

const skip = whatLabLacks() ?? false;
const content = 'what is served\n';

interface Place {
  readonly lab: Lab;
  /** Address that the client dials. */
  readonly host: string;
  /** What the server serves, and where the clients put what they got. */
  readonly served: string;
  readonly here: string;
}

async function place(t: TestContext, lab: Lab, words: readonly string[]): Promise<Place> {
  const root = await mkdtemp(path.join(tmpdir(), 'duoport-single-'));
  t.after(() => rm(root, { recursive: true }));
  const [served, here] = [path.join(root, 'served'), path.join(root, 'here')];
  await mkdir(served);
  await mkdir(here);
  await writeFile(path.join(served, 'file'), content);
  await writeFile(path.join(here, 'own'), 'what is stored\n');
  const flags = [
    '--user',
    'u:p',
    '--listen',
    '21',
    '--single-port',
    '--data-timeout',
    '5s',
    '--json',
    ...words,
  ];
  const argv = [...duoportCommand(), 'serve', served, ...flags];
  const child = lab.start('server', argv, { stdio: ['ignore', 'pipe', 'inherit'] });
  assert.ok(child.stdout !== null);
  const lines = createInterface({ input: child.stdout });
  await new Promise<void>((resolve, reject) => {
    lines.on('line', (line) => {
      if ((JSON.parse(line) as { readonly event: string }).event === 'ready') resolve();
    });
    child.once('exit', (code) => reject(new Error(`The server ended with ${code}`)));
  });
  return { lab, host: lab.topology.dial.address, served, here };
}

async function run({ lab, here }: Place, argv: readonly string[], input?: string): Promise<string> {
  const options = { cwd: here, timeout: 30_000, ...(input === undefined ? {} : { input }) };
  const ended = await lab.run('client', argv, options);
  assert.equal(ended.status, 0, `${argv.join(' ')}: ${ended.stdout}${ended.stderr}`);
  return ended.stdout;
}

/** Lists, fetches to `got`, stores as `up`; wget cannot store, and the file is then put there by the test. */
type Client = (at: Place, tls: boolean) => Promise<string>;

const curl: Client = async (at, tls) => {
  const flags = ['curl', '-sS', '--user', 'u:p', ...(tls ? ['--ssl-reqd', '--insecure'] : [])];
  await run(at, [...flags, '-o', 'got', `ftp://${at.host}/file`]);
  await run(at, [...flags, '-T', 'own', `ftp://${at.host}/up`]);
  return run(at, [...flags, `ftp://${at.host}/`]);
};

const lftp: Client = (at, tls) => {
  const mode = tls ? 'set ftp:ssl-force yes; set ftp:ssl-protect-data yes' : 'set ftp:ssl-allow no';
  const work = `open -u u,p ftp://${at.host}; get file -o got; put own -o up; ls`;
  return run(at, ['lftp', '-c', `set ssl:verify-certificate no; set net:max-retries 1; ${mode}; ${work}`]);
};

const wget: Client = async (at, tls) => {
  const flags = [
    'wget',
    '-nv',
    '--user=u',
    '--password=p',
    '--tries=1',
    ...(tls ? ['--no-check-certificate'] : []),
  ];
  const url = `${tls ? 'ftps' : 'ftp'}://${at.host}/`;
  await run(at, [...flags, '-O', 'got', `${url}file`]);
  await run(at, [...flags, '-O', 'list', url]);
  await writeFile(path.join(at.served, 'up'), await readFile(path.join(at.here, 'own')));
  return readFile(path.join(at.here, 'list'), 'utf8');
};

const script = `
import ftplib, ssl, sys
host, tls = sys.argv[1], sys.argv[2] == 'tls'
ftp = ftplib.FTP_TLS(context=ssl._create_unverified_context()) if tls else ftplib.FTP()
ftp.connect(host, 21)
ftp.login('u', 'p')
if tls: ftp.prot_p()
with open('got', 'wb') as got: ftp.retrbinary('RETR file', got.write)
with open('own', 'rb') as own: ftp.storbinary('STOR up', own)
ftp.dir()
ftp.quit()
`;

const ftplib: Client = (at, tls) => run(at, ['python3', '-I', '-', at.host, tls ? 'tls' : 'clear'], script);

const clients = { curl, lftp, wget, ftplib };

for (const words of [[], ['--workers', '3']]) {
  for (const tls of [false, true]) {
    const what = `${tls ? 'under TLS' : 'in the clear'}${words.length > 0 ? ', with workers' : ''}`;
    test(`one open port, ${what}: curl, lftp, wget and ftplib list, fetch and store`, { skip }, async (t) => {
      const topology = findTopology('server-only-21-drop') ?? assert.fail();
      await using lab = await buildLab(topology);
      const at = await place(t, lab, [...words, ...(tls ? ['--tls-self-signed', '--require-tls'] : [])]);
      for (const [name, client] of Object.entries(clients)) {
        const listing = await client(at, tls);
        assert.match(listing, /\bfile\b/, name);
        assert.equal(await readFile(path.join(at.here, 'got'), 'utf8'), content, name);
        assert.equal(await readFile(path.join(at.served, 'up'), 'utf8'), 'what is stored\n', name);
        await rm(path.join(at.here, 'got'));
        await rm(path.join(at.served, 'up'));
      }
    });
  }
}
