import type { Look } from './look.ts';

const without = ['email', 'ca', 'listen', 'webroot', 'eab-key-id', 'eab-key-file', 'folder'] as const;

const agreed: Look = ({ acme }, origins) => {
  if (acme.names === undefined) {
    // Those with a default stand in every printed file.
    const idle = without.filter((key) => origins.isSet(`acme.${key}`));
    const text = 'No certificate is fetched: set acme.names.';
    return idle.map((key) => ({ path: `acme.${key}`, text }));
  }
  return acme['terms-agreed']
    ? []
    : [
        {
          path: origins.isSet('acme.terms-agreed') ? 'acme.terms-agreed' : 'acme.names',
          text: 'The issuer asks whether you agree to its terms of service: read them, and set acme.terms-agreed to true.',
        },
      ];
};

const selfSigned: Look = ({ acme, tls }, origins) =>
  acme.names !== undefined && tls['self-signed']
    ? [
        {
          path: 'tls.self-signed',
          text: `${origins.name('tls.self-signed')} and acme.names cannot both be there: keep one of them.`,
        },
      ]
    : [];

const account: Look = ({ acme }) => {
  const { 'eab-key-id': id, 'eab-key-file': file } = acme;
  if ((id === undefined) === (file === undefined)) return [];
  const path = `acme.${id === undefined ? 'eab-key-file' : 'eab-key-id'}`;
  return [{ path, text: 'eab-key-id and eab-key-file go together.' }];
};

const proof: Look = ({ acme, listeners = [] }) => {
  const { challenge, webroot, listen } = acme;
  if (acme.names === undefined) return [];
  if (webroot !== undefined && (challenge !== 'http-01' || listen !== undefined)) {
    const other = challenge === 'http-01' ? 'acme.listen' : `acme.challenge ${challenge}`;
    return [
      { path: 'acme.webroot', text: `It is for http-01 without a port of its own: leave out ${other}.` },
    ];
  }
  const port = listen?.port ?? (challenge === 'http-01' ? 80 : 443);
  const taken = listeners.some(
    (one) => one.port === port && port !== 0 && (challenge === 'http-01' || one.tls !== 'implicit'),
  );
  const path = listen === undefined ? 'acme.challenge' : 'acme.listen';
  return taken ? [{ path, text: `The server listens on port ${port} for something else.` }] : [];
};

export const acmeLooks: readonly Look[] = [agreed, selfSigned, account, proof];
