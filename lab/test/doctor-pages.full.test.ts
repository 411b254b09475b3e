import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { buildLab } from '../src/build.ts';
import { type CertificateFiles, makeCertificate } from '../src/drivers/certificate.ts';
import { duoportCommand, findPrograms } from '../src/drivers/programs.ts';
import { clientHost, type ServerKind, startServer } from '../src/drivers/server.ts';
import { whatLabLacks } from '../src/requirements.ts';
import { findTopology } from '../src/topologies.ts';
import type { ServerSpec, Topology } from '../src/topology.ts';

// docs/guide/doctor-examples.md shows what the doctor prints in three networks of the lab. Each is run here, and compared with the page; what
// differs from run to run (ports, times) is not compared. DUOPORT_GOLDEN=write puts what is printed now into the page.

const page = new URL('../../docs/guide/doctor-examples.md', import.meta.url);
const writing = process.env['DUOPORT_GOLDEN'] === 'write';

interface Example {
  /** The topology, and the name of the block in the page. */
  readonly name: string;
  readonly kind: ServerKind;
  readonly tls: boolean;
  readonly server?: Partial<ServerSpec>;
}

const examples: readonly Example[] = [
  { name: 'server-only-21-drop', kind: 'vsftpd', tls: false },
  { name: 'server-nat-21-drop', kind: 'vsftpd', tls: false },
  // The helper without the address set on the server: without TLS it does its work.
  { name: 'server-nat-helper-masquerade', kind: 'duoport', tls: true, server: { passiveAddress: [] } },
];

for (const example of examples) {
  test(`docs/guide/doctor-examples.md, ${example.name}`, {
    skip: whatLabLacks(),
    timeout: 120_000,
  }, async () => {
    const printed = await print(example);
    const text = await readFile(page, 'utf8');
    const shown = blockOf(text, example.name);
    if (writing) {
      await writeFile(
        page,
        text.replace(shown, () => printed),
      );
      return;
    }
    assert.equal(normal(printed), normal(shown), `now it prints:\n${printed}`);
  });
}

/** What the terminal shows: the command and what it prints on standard output. */
async function print({ name, kind, tls, server: settings }: Example): Promise<string> {
  const found = findTopology(name);
  assert.ok(found !== undefined, `there is no topology ${name}`);
  const topology: Topology = { ...found, server: { ...found.server, ...settings } };
  const folder = await mkdtemp(join(tmpdir(), 'duoport-pages-'));
  try {
    const programs = await findPrograms({ fetch: true });
    const certificate: CertificateFiles | undefined = tls
      ? await makeCertificate(programs.need('openssl'), folder)
      : undefined;
    await using lab = await buildLab(topology);
    await using server = await startServer(lab, kind, { programs, certificate, duoport: duoportCommand() });
    const user = kind === 'vsftpd' ? '' : `${server.user}:${server.password}@`;
    const words = ['doctor', `ftp://${user}${topology.dial.address}/`];
    const run = await lab.run(clientHost(lab), [...duoportCommand(), ...words], {
      timeout: 90_000,
      env: { LANG: 'C.UTF-8', COLUMNS: '100' },
    });
    assert.notEqual(run.stdout, '', run.stderr);
    return `$ npx duoport ${words.join(' ')}\n${run.stdout}`;
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** The text block after `<!-- NAME -->`. */
function blockOf(text: string, name: string): string {
  const block = new RegExp(`<!-- ${name} -->\\n\`\`\`text\\n([\\s\\S]*?)\`\`\``).exec(text)?.[1];
  assert.ok(block !== undefined, `the page has no block for ${name}`);
  return block;
}

function normal(text: string): string {
  return text
    .replace(/\d+\.\d+ s\b/g, 'N s')
    .replace(/in \d+ replies/g, 'in N replies')
    .replace(/\d{4}-\d\d-\d\d/g, 'DATE')
    .replace(/(?:[0-9A-F]{2}:){31}[0-9A-F]{2}/g, 'FINGERPRINT')
    .replace(/(\d+,\d+,\d+,\d+),\d+,\d+/g, '$1,P,P')
    .replace(/\b\d{4,5}\b(?!-)/g, 'PORT')
    .replace(/\s+/g, ' ');
}
