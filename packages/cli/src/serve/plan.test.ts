import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { generate } from 'selfsigned';
import { settle } from '../config/load-settings.ts';
import type { ServeFlags } from '../flags/serve-flags.ts';
import { makeCertificate } from './certificate.ts';
import { planServe, type ServePlan } from './plan.ts';

async function plan(directory: string, flags: Partial<ServeFlags> = {}): Promise<ServePlan> {
  return await planServe(settle(undefined, { directory, flags }));
}

async function inFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'duoport-plan-'));
  try {
    await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

test('nothing but a folder: one user with a password made up, both modes, a sample file', async () => {
  await inFolder(async (folder) => {
    await writeFile(join(folder, 'with space.txt'), '');
    await writeFile(join(folder, 'z.txt'), '');
    await writeFile(join(folder, '.hidden'), '');
    const made = await plan(folder);
    assert.equal(made.listen, undefined);
    assert.equal(made.generated, true);
    assert.match(made.users[0]?.password ?? '', /^[a-z2-9]{4}-[a-z2-9]{4}-[a-z2-9]{4}$/);
    assert.deepEqual(made.modes, { passive: true, active: true });
    assert.equal(made.sample, 'z.txt');
    const again = await plan(folder);
    assert.notEqual(made.users[0]?.password, again.users[0]?.password);
  });
});

test('anonymous alone makes up no user', async () => {
  await inFolder(async (folder) => {
    const made = await plan(folder, { anonymous: true });
    assert.deepEqual(made.users, []);
    assert.equal(made.generated, false);
  });
});

test('flags that contradict one another are named', async () => {
  await inFolder(async (folder) => {
    const user = { name: 'u', password: 'p', readOnly: false };
    const passiveOnly = { passive: true, active: false };
    const activeOnly = { passive: false, active: true };
    const cases = [
      [{ tlsCert: 'x' }, /--tls-cert and --tls-key go together/],
      [
        { requireTls: 'both' },
        /--require-tls: It needs a certificate: add --tls-self-signed, or --tls-cert and --tls-key\./,
      ],
      [{ listenTls: [{ host: undefined, port: 990 }] }, /TLS needs a certificate: add --tls-self-signed/],
      [
        { modes: activeOnly, passivePorts: { low: 1, high: 2 } },
        /--passive-ports: It is for passive mode, which --modes leaves out/,
      ],
      [
        { modes: passiveOnly, activeSourcePort: 20 },
        /--active-source-port: It is for active mode, which --modes leaves out/,
      ],
      [{ user: [user, user] }, /--user.*: u is there twice/],
      [
        { tlsCert: join(folder, 'none.pem'), tlsKey: 'k' },
        /--tls-cert .*none\.pem: cannot be read \(ENOENT\)/,
      ],
    ] as const;
    for (const [flags, message] of cases) {
      await assert.rejects(plan(folder, flags), message);
    }
  });
});

test('a folder that is missing, or a file', async () => {
  await inFolder(async (folder) => {
    await writeFile(join(folder, 'f'), '');
    await assert.rejects(plan(join(folder, 'gone')), /there is no such folder/);
    await assert.rejects(plan(join(folder, 'f')), /is a file/);
  });
});

test('a certificate that has run out is refused, with the line of the file that names it', async () => {
  await inFolder(async (folder) => {
    const { cert, private: key } = await generate([{ name: 'commonName', value: 'localhost' }], {
      keyType: 'ec',
      notBeforeDate: new Date('2020-01-01'),
      notAfterDate: new Date('2020-02-01'),
    });
    await writeFile(join(folder, 'c.pem'), cert);
    await writeFile(join(folder, 'k.pem'), key);
    const text = 'workers: 1\ntls:\n  certificate: c.pem\n  key: k.pem\n';
    const effective = settle(text, { file: join(folder, 'duoport.yaml'), directory: folder });
    await assert.rejects(
      planServe(effective),
      /duoport\.yaml, line 3: tls\.certificate \S+c\.pem: has run out on Feb/,
    );
  });
});

test('a certificate and a key that do not belong together, or are none', async () => {
  await inFolder(async (folder) => {
    const [a, b] = [await makeCertificate(), await makeCertificate()];
    const [cert, key, junk] = [join(folder, 'a.crt'), join(folder, 'b.key'), join(folder, 'junk')];
    await writeFile(cert, a.cert);
    await writeFile(key, b.key);
    await writeFile(junk, 'junk');
    await assert.rejects(plan(folder, { tlsCert: cert, tlsKey: key }), /--tls-key .* is not the key of/);
    await assert.rejects(
      plan(folder, { tlsCert: junk, tlsKey: key }),
      /--tls-cert .* is not a PEM certificate/,
    );
    await assert.rejects(
      plan(folder, { tlsCert: cert, tlsKey: junk }),
      /--tls-key .* is not a PEM private key/,
    );
    await writeFile(key, a.key);
    const made = await plan(folder, { tlsCert: cert, tlsKey: key });
    assert.equal(made.certificate?.sha256, a.sha256);
    assert.equal(made.certificate?.selfSigned, true);
  });
});
