import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { makeCertificate } from './certificate.ts';
import { planServe } from './plan.ts';

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
    const plan = await planServe(folder, { grace: 1 });
    assert.equal(plan.listen, undefined);
    assert.equal(plan.generated, true);
    assert.match(plan.users[0]?.password ?? '', /^[a-z2-9]{4}-[a-z2-9]{4}-[a-z2-9]{4}$/);
    assert.deepEqual(plan.modes, { passive: true, active: true });
    assert.equal(plan.sample, 'z.txt');
    const again = await planServe(folder, { grace: 1 });
    assert.notEqual(plan.users[0]?.password, again.users[0]?.password);
  });
});

test('anonymous alone makes up no user', async () => {
  await inFolder(async (folder) => {
    const plan = await planServe(folder, { grace: 1, anonymous: true });
    assert.deepEqual(plan.users, []);
    assert.equal(plan.generated, false);
  });
});

test('flags that contradict one another are named', async () => {
  await inFolder(async (folder) => {
    const user = { name: 'u', password: 'p', readOnly: false };
    const passiveOnly = { passive: true, active: false };
    const activeOnly = { passive: false, active: true };
    const cases = [
      [{ tlsCert: 'x' }, /--tls-cert and --tls-key go together/],
      [{ requireTls: 'both' }, /--require-tls needs a certificate/],
      [{ listenTls: [{ host: undefined, port: 990 }] }, /--listen-tls needs a certificate/],
      [{ modes: activeOnly, passivePorts: { low: 1, high: 2 } }, /--passive-ports.*--modes/],
      [{ modes: passiveOnly, activeSourcePort: 20 }, /--active-source-port.*--modes/],
      [{ user: [user, user] }, /--user u is there twice/],
      [
        { tlsCert: join(folder, 'none.pem'), tlsKey: 'k' },
        /--tls-cert .*none\.pem: cannot be read \(ENOENT\)/,
      ],
    ] as const;
    for (const [flags, message] of cases) {
      await assert.rejects(planServe(folder, { grace: 1, ...flags }), message);
    }
  });
});

test('a folder that is missing, or a file', async () => {
  await inFolder(async (folder) => {
    await writeFile(join(folder, 'f'), '');
    await assert.rejects(planServe(join(folder, 'gone'), { grace: 1 }), /there is no such folder/);
    await assert.rejects(planServe(join(folder, 'f'), { grace: 1 }), /is a file/);
  });
});

test('a certificate and a key that do not belong together, or are none', async () => {
  await inFolder(async (folder) => {
    const [a, b] = [await makeCertificate(), await makeCertificate()];
    const [cert, key, junk] = [join(folder, 'a.crt'), join(folder, 'b.key'), join(folder, 'junk')];
    await writeFile(cert, a.cert);
    await writeFile(key, b.key);
    await writeFile(junk, 'junk');
    await assert.rejects(
      planServe(folder, { grace: 1, tlsCert: cert, tlsKey: key }),
      /--tls-key .* is not the key of/,
    );
    await assert.rejects(
      planServe(folder, { grace: 1, tlsCert: junk, tlsKey: key }),
      /--tls-cert .* is not a PEM certificate/,
    );
    await assert.rejects(
      planServe(folder, { grace: 1, tlsCert: cert, tlsKey: junk }),
      /--tls-key .* is not a PEM private key/,
    );
    await writeFile(key, a.key);
    const plan = await planServe(folder, { grace: 1, tlsCert: cert, tlsKey: key });
    assert.equal(plan.certificate?.sha256, a.sha256);
    assert.equal(plan.certificate?.selfSigned, true);
  });
});
