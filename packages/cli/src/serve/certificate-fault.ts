import type { KeyObject, X509Certificate } from 'node:crypto';

/** What clients would refuse a certificate for, as the end of a sentence; undefined: nothing. `now`: milliseconds since the epoch. */
export function certificateFault(certificate: X509Certificate, now: number): string | undefined {
  const { validFrom, validTo } = certificate;
  if (Date.parse(validTo) < now) return `has run out on ${validTo}. Give a newer one.`;
  if (Date.parse(validFrom) > now)
    return `is not valid before ${validFrom}. Is the clock of this machine right?`;
  const weak = weakness(certificate.publicKey);
  return weak && `has a key that is too weak: ${weak}. Make one with RSA of 2048 bits or more, or P-256.`;
}

const curves = new Set(['prime256v1', 'secp384r1', 'secp521r1']);

function weakness({
  asymmetricKeyType: type,
  asymmetricKeyDetails: details = {},
}: KeyObject): string | undefined {
  const { modulusLength = 0, namedCurve = 'an unknown curve' } = details;
  if (type === 'rsa' || type === 'rsa-pss')
    return modulusLength < 2048 ? `RSA of ${modulusLength} bits` : undefined;
  if (type === 'ec') return curves.has(namedCurve) ? undefined : `${namedCurve} of elliptic curves`;
  if (type === 'ed25519' || type === 'ed448') return undefined;
  return `${type ?? 'a kind that nobody knows'}`;
}

const day = 86_400_000;

/** So long before the end of a certificate its operator is warned. */
const warnBefore = 30 * day;

/** What to know of one that is good, but not for long. */
export function endingSoon(expires: number, now: number): string | undefined {
  if (expires - now > warnBefore) return undefined;
  const until = new Date(expires).toISOString().slice(0, 10);
  const days = Math.floor((expires - now) / day);
  if (expires < now) return `has run out on ${until}: clients refuse it. Renew it`;
  return `runs out on ${until}, in ${days} ${days === 1 ? 'day' : 'days'}. Renew it`;
}
