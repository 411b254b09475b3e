import { z } from 'zod';
import { facts, line, section } from './kinds.ts';

const no = (description: string) => z.boolean().default(false).meta({ description });
const file = () => line(4096);
const part = z.enum(['login', 'control', 'data']);

const passphrase = file()
  .optional()
  .meta(facts('A file whose first line is the passphrase of the key.', { otherwise: 'the key has none' }));

const identity = z.strictObject({
  certificate: file().meta(facts('The certificate with its chain, a PEM file.')),
  key: file().meta(facts('Its private key, a PEM file.')),
  'passphrase-file': passphrase,
  names: z
    .array(line())
    .min(1, 'Name a host, or leave the key out.')
    .optional()
    .meta(
      facts('Whoever asks for one of these hosts gets it; `*.example.org` is any one label for the star.', {
        otherwise: 'the names in the certificate',
      }),
    ),
});

/** The section `tls`. */
export const tlsSchema = section('TLS on both connections.', {
  certificate: file().optional().meta(facts('The certificate with its chain, a PEM file.')),
  key: file().optional().meta(facts('Its private key, a PEM file.')),
  'passphrase-file': passphrase,
  certificates: z
    .array(identity)
    .optional()
    .meta(
      facts(
        'More certificates, for clients that ask for one of their names (SNI, or HOST before AUTH). Whoever asks for none of them gets ' +
          'the first certificate there is.',
        { otherwise: 'there is one for all' },
      ),
    ),
  'self-signed': no('Makes a certificate at each start: to try things out.'),
  require: z
    .union([z.enum(['none', 'login', 'control', 'data', 'both']), z.array(part).min(1)])
    .default('none')
    .meta(
      facts(
        'What is refused in clear. `login`: name and password. `control`: the control connection from the login to its end. `data`: data ' +
          'connections. `both`: the last two. Or a list.',
        { examples: ['both', ['login', 'data']] },
      ),
    ),
  'minimum-version': z.enum(['TLSv1.2', 'TLSv1.3']).default('TLSv1.2').meta(facts('The oldest TLS.')),
  ciphers: line(4096)
    .optional()
    .meta(facts('An OpenSSL cipher list, for TLS 1.2.', { otherwise: 'Node’s' })),
  binding: z
    .enum(['require', 'prefer', 'off'])
    .default('prefer')
    .meta(
      facts(
        'Whether a data connection has to resume the TLS session of its control connection. `require` refuses clients that cannot.',
      ),
    ),
  truncation: z
    .enum(['refuse', 'accept'])
    .default('refuse')
    .meta(facts('An upload that ends without TLS’s own end may have been cut short: refused with 426.')),
  'clear-again': no('Clients may take TLS off the control connection again (CCC), for NAT that reads along.'),
  'client-certificates': z
    .enum(['none', 'ask', 'require'])
    .default('none')
    .meta(
      facts(
        'Whether clients are asked for a certificate. `ask`: who has none goes on without. `require`: nobody gets past the handshake ' +
          'without. One that is not good is refused in both.',
      ),
    ),
  'client-authorities': file()
    .optional()
    .meta(facts('The authorities that may have signed certificates of clients, a PEM file.')),
  'client-revocations': z
    .array(file())
    .min(1, 'Name a file, or leave the key out.')
    .optional()
    .meta(
      facts(
        'Lists of revoked certificates (CRL), PEM files: one that has not run out for every authority in the chain.',
        { otherwise: 'nothing counts as revoked' },
      ),
    ),
});
