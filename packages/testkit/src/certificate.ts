import { generate } from 'selfsigned';

/** A certificate for tests, with its key; PEM. */
export interface TestCertificate {
  readonly cert: string;
  readonly key: string;
}

/** Self-signed, elliptic, for `localhost`, 127.0.0.1 and ::1 unless `names` says otherwise. Some milliseconds. */
export async function testCertificate(names: readonly string[] = ['localhost']): Promise<TestCertificate> {
  const altNames = [
    ...names.map((value) => ({ type: 2 as const, value })),
    { type: 7 as const, ip: '127.0.0.1' },
    { type: 7 as const, ip: '::1' },
  ];
  const { cert, private: key } = await generate([{ name: 'commonName', value: names[0] ?? 'localhost' }], {
    keyType: 'ec',
    curve: 'P-256',
    algorithm: 'sha256',
    extensions: [{ name: 'subjectAltName', altNames }],
  });
  return { cert, key };
}
