import type { Look } from './look.ts';

/** Logins by certificate that nobody could have. */
export const certificateNames: Look = ({ 'certificate-logins': { policy, names, users }, tls }, origins) => {
  const path = 'certificate-logins.policy';
  if (policy === 'off') {
    const idle = ['names', 'users']
      .map((key) => `certificate-logins.${key}`)
      .filter((key) => origins.isSet(key));
    return idle.map((key) => ({ path: key, text: 'It does nothing: certificate-logins.policy is off.' }));
  }
  if (tls['client-certificates'] === 'none')
    return [
      { path, text: `It needs certificates of clients: set ${origins.name('tls.client-certificates')}.` },
    ];
  return names === undefined && users === undefined
    ? [{ path, text: 'No certificate names a user: write certificate-logins.names or .users.' }]
    : [];
};
