import { z } from 'zod';
import { facts, line, section } from './kinds.ts';

const mark = line(1024).regex(
  /^(?:sha256:(?:[\da-f]{2}:?){31}[\da-f]{2}|(?:common-name|email|dns|uri|subject):.+)$/i,
  'Write sha256:AA:BB:…, common-name:…, email:…, dns:…, uri:… or subject:….',
);

/** Logins by the certificate of the client. */
export const certificateLogins = section(
  'Logins by the certificate that a client shows in its TLS handshake (`tls.client-certificates`).',
  {
    policy: z
      .enum(['off', 'enough', 'both', 'only'])
      .default('off')
      .meta(
        facts(
          '`enough`: the certificate of a user stands for the password (USER is answered 232), and without one the password counts. ' +
            '`both`: certificate and password. `only`: passwords are worth nothing. Anonymous logins are not concerned.',
        ),
      ),
    names: z
      .array(z.enum(['common-name', 'email', 'dns', 'uri']))
      .min(1, 'Name a kind, or leave the key out.')
      .optional()
      .meta(
        facts('What of a certificate is the name of its user, whoever that is.', {
          otherwise: 'only `users` counts',
          examples: [['common-name']],
        }),
      ),
    users: z
      .record(line(), z.array(mark).min(1, 'Name a certificate.'))
      .optional()
      .meta(
        facts(
          'Certificates by user: `sha256:` and the fingerprint, `common-name:`, `email:`, `dns:`, `uri:` and a name, or `subject:` and all of it.',
          { otherwise: 'only `names` counts', examples: [{ ann: ['email:ann@example.org'] }] },
        ),
      ),
  },
);
