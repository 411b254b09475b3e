import { type Check, fault, orFine, type ServerCheck, warning } from './check.ts';

const day = 86_400_000;

/** The certificate holds for a while yet, has its key, and names what clients dial. */
export const certificateCheck: ServerCheck = ({ settings, certificate, passiveAddress, machine }) => {
  // Others are looked at as the server itself looks at them, at its start.
  if (certificate === undefined && (settings.acme.names ?? settings.tls.certificates?.[0]) !== undefined)
    return [];
  if (certificate === undefined) {
    if (settings.tls['self-signed']) {
      return [
        warning(
          'tls.self-signed',
          'certificate-of-the-moment',
          'A new certificate at each start: clients that remember the last one complain. For a server that stays use tls.certificate and tls.key.',
        ),
      ];
    }
    return [
      warning(
        'tls.certificate',
        'no-tls',
        'No TLS: passwords and files can be read on the way. Use tls.certificate and tls.key, or tls.self-signed.',
      ),
    ];
  }
  const { problem } = certificate;
  if (problem !== undefined) return [fault(problem.setting, 'certificate-unusable', problem.text)];
  const left = Math.floor((certificate.until - machine.now) / day);
  const until = new Date(certificate.until).toISOString().slice(0, 10);
  const announced = passiveAddress.map(({ address }) => address).filter((address) => address !== 'local');
  const unnamed = announced.filter((address) => !certificate.covers(address));
  const problems: readonly (Check | false)[] = [
    left < 0 &&
      fault(
        'tls.certificate',
        'certificate-expired',
        `It ended on ${until}: every client refuses it. Get a new one.`,
      ),
    left >= 0 &&
      left < 21 &&
      warning('tls.certificate', 'certificate-ends-soon', `It ends on ${until}, in ${left} days.`),
    certificate.from > machine.now &&
      fault(
        'tls.certificate',
        'certificate-not-yet',
        `It begins only on ${new Date(certificate.from).toISOString().slice(0, 10)}. Is the clock of this machine right?`,
      ),
    certificate.selfSigned &&
      warning(
        'tls.certificate',
        'certificate-self-signed',
        'Signed by itself: clients have to be told to trust it.',
      ),
    !certificate.hasNames &&
      warning(
        'tls.certificate',
        'certificate-without-names',
        'It has no subjectAltName: clients of today look nowhere else for the name.',
      ),
    certificate.hasNames &&
      unnamed.length > 0 &&
      warning(
        'tls.certificate',
        'certificate-other-name',
        `It names ${certificate.names}, and not ${unnamed.join(', ')}: clients that dial that refuse it.`,
      ),
    certificate.keyReadableByOthers &&
      warning('tls.key', 'key-readable', 'Other users of this machine can read the key: chmod 600.'),
  ];
  return orFine(
    problems.filter((one) => one !== false),
    'tls.certificate',
    `for ${certificate.names}, until ${until}`,
  );
};
