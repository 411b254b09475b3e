import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { type ChallengeDoor, listenHttp } from '@duoport/net';
import type { AcmeProof } from './acme-plan.ts';

/** What an issuer is to find while it looks whether a name leads here. */
export interface Challenge {
  readonly name: string;
  /** base64url. */
  readonly token: string;
  readonly keyAuthorization: string;
}

/** Answers an issuer. Disposed of when it has looked. */
export interface Responder extends AsyncDisposable {
  readonly type: 'http-01' | 'tls-alpn-01';
  expect(challenge: Challenge): Promise<void>;
}

/** `door`: of the server, which may have the port already. `certify` makes the certificate of RFC 8737. */
export async function openResponder(
  proof: AcmeProof,
  door: ChallengeDoor,
  certify: (challenge: Challenge) => Promise<{ readonly cert: string; readonly key: string }>,
): Promise<Responder> {
  switch (proof.kind) {
    case 'http-01':
      return httpResponder(proof);
    case 'webroot':
      return webrootResponder(proof.folder);
    case 'tls-alpn-01':
      return tlsResponder(proof, door, certify);
  }
}

const pages = '/.well-known/acme-challenge/';

/** RFC 8555 §8.3. It listens only while somebody is expected. */
async function httpResponder({
  host = '::',
  port,
}: Extract<AcmeProof, { readonly kind: 'http-01' }>): Promise<Responder> {
  const answers = new Map<string, string>();
  const page = (asked: string) => {
    const body = answers.get(asked);
    return body === undefined ? undefined : { type: 'application/octet-stream', body };
  };
  const server = await listenHttp({ host, port, page });
  return {
    type: 'http-01',
    expect: async ({ token, keyAuthorization }) => {
      answers.set(`${pages}${token}`, keyAuthorization);
    },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

/** Another web server shows what is put into its folder. */
function webrootResponder(webroot: string): Responder {
  const folder = path.join(webroot, ...pages.split('/'));
  const written: string[] = [];
  return {
    type: 'http-01',
    expect: async ({ token, keyAuthorization }) => {
      // It becomes the name of a file (RFC 8555 §8.1: base64url and nothing else).
      if (!/^[\w-]{1,200}$/.test(token)) throw new Error('The issuer sent a token that is none');
      await mkdir(folder, { recursive: true, mode: 0o755 });
      const file = path.join(folder, token);
      written.push(file);
      await writeFile(file, keyAuthorization, { mode: 0o644 });
    },
    [Symbol.asyncDispose]: async () => {
      await Promise.all(written.map((file) => rm(file, { force: true })));
    },
  };
}

async function tlsResponder(
  { host, port, shared }: Extract<AcmeProof, { readonly kind: 'tls-alpn-01' }>,
  door: ChallengeDoor,
  certify: Parameters<typeof openResponder>[2],
): Promise<Responder> {
  const listener = shared ? undefined : await door.listen({ host, port });
  const names: string[] = [];
  return {
    type: 'tls-alpn-01',
    expect: async (challenge) => {
      const { cert, key } = await certify(challenge);
      door.expect(challenge.name, cert, key);
      names.push(challenge.name);
    },
    [Symbol.asyncDispose]: async () => {
      for (const name of names) door.forget(name);
      await listener?.close();
    },
  };
}
