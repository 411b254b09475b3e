import { reply } from '@duoport/protocol';
import { command } from '../command.ts';

/** RFC 4217 §4: AUTH TLS. `SSL` and `TLS-P` would protect the data connection at once; RFC 4217 §16 retired them. */
export const auth = command('AUTH', ({ argument, settings }) => {
  const mechanism = argument.toUpperCase();
  if (mechanism === 'TLS' || mechanism === 'TLS-C' || mechanism === 'SSL') {
    const { tls, maxHandshakes } = settings;
    // RFC 2228 §3: 431 is a resource that is needed and not there for the moment.
    if (tls?.isReady === false)
      return reply(431, 'The certificate of this server is not there yet; try again in a minute');
    if (tls !== undefined && tls.handshakes >= maxHandshakes) {
      const busy = reply(431, 'Too many TLS handshakes at the moment; try again');
      return { reply: busy, limited: 'tls-handshakes' };
    }
    return reply(234, 'Start the TLS handshake');
  }
  return reply(504, `Security mechanism ${argument} is not known here; use AUTH TLS`);
});

/** RFC 4217 §9: with TLS the protection buffer size is always 0. */
export const pbsz = command('PBSZ', ({ argument }) => {
  if (!/^\d{1,10}$/.test(argument)) return reply(501, 'PBSZ needs a number');
  return reply(200, 'PBSZ=0');
});

/** RFC 4217 §9: C is clear, P is private; the integrity-only levels S and E have no meaning with TLS. */
export const prot = command('PROT', ({ argument, settings }) => {
  switch (argument.toUpperCase()) {
    case 'P':
      return { reply: reply(200, 'Data connections are protected'), parameters: { protection: 'private' } };
    case 'C':
      if (settings.requireTls.data)
        return reply(534, 'Data connections must be protected here: leave it at PROT P');
      return { reply: reply(200, 'Data connections are in the clear'), parameters: { protection: 'clear' } };
    case 'S':
    case 'E':
      return reply(536, `PROT ${argument} is not possible with TLS; use PROT P`);
    default:
      return reply(504, 'PROT takes C or P');
  }
});

/** RFC 4217 §5: CCC takes TLS off the control connection, so that NAT helpers can read it again. */
export const ccc = command('CCC', ({ settings }) => {
  if (settings.requireTls.control) return reply(534, 'The control connection must stay under TLS here');
  return reply(200, 'The control connection goes on in the clear');
});
