import { z } from 'zod';
import { parseListen } from '../flags/values.ts';
import { facts, line, section, written } from './kinds.ts';

const file = () => line(4096);
const name = line().regex(
  /^(?=.{1,253}$)([a-z0-9_]([a-z0-9_-]*[a-z0-9])?\.)*[a-z0-9]([a-z0-9-]*[a-z0-9])?$/i,
  'A name is written ftp.example.org.',
);

/** The section `acme`. */
export const acmeSchema = section('A certificate that is fetched and renewed by itself (ACME, RFC 8555).', {
  names: z
    .array(name)
    .min(1, 'Name a host, or leave the key out.')
    .optional()
    .meta(
      facts('Host names that the certificate is for; each has to lead to this machine.', {
        otherwise: 'no certificate is fetched',
        examples: [['ftp.example.org']],
      }),
    ),
  'terms-agreed': z
    .boolean()
    .default(false)
    .meta(
      facts('You agree to the terms of service of whoever issues it; without that nothing is asked for.'),
    ),
  email: line()
    .optional()
    .meta(facts('Where the issuer can reach you.', { otherwise: 'it cannot' })),
  directory: z
    .url({ protocol: /^https$/ })
    .default('https://acme-v02.api.letsencrypt.org/directory')
    .meta(facts('The issuer: the address of its directory.')),
  ca: file()
    .optional()
    .meta(
      facts('Authorities that the issuer’s own web server is trusted by, a PEM file.', {
        otherwise: 'the built-in ones',
      }),
    ),
  challenge: z
    .enum(['http-01', 'tls-alpn-01'])
    .default('http-01')
    .meta(facts('How it is proven that the names lead here: over HTTP on port 80, or over TLS on port 443.')),
  listen: written(parseListen)
    .optional()
    .meta(
      facts(
        'Where the issuer is answered, [HOST:]PORT, while it asks; with `tls-alpn-01` also a port of listeners with `tls: implicit`.',
        { otherwise: '80 for `http-01`, 443 for `tls-alpn-01`', examples: [80, '192.0.2.1:8080'] },
      ),
    ),
  webroot: file()
    .optional()
    .meta(
      facts(
        'The folder of a web server on port 80: answers are put there, in `.well-known/acme-challenge`.',
        {
          otherwise: '`http-01` is answered by duoport itself',
        },
      ),
    ),
  'eab-key-id': line()
    .optional()
    .meta(facts('The number of the account that the issuer wants you to have with it (EAB).')),
  'eab-key-file': file()
    .optional()
    .meta(facts('A file whose first line is the key of that account, as the issuer gave it (base64url).')),
  folder: file()
    .optional()
    .meta(
      facts('Where keys and certificates are kept, for their owner alone.', {
        otherwise: '`acme` in the state folder: `$STATE_DIRECTORY`, or `~/.local/state/duoport/serve`',
      }),
    ),
});
