import type { Look } from './look.ts';

const pairs: Look = ({ tls }, origins) => {
  const [cert, key] = [origins.name('tls.certificate'), origins.name('tls.key')];
  const own = origins.name('tls.self-signed');
  if ((tls.certificate === undefined) !== (tls.key === undefined)) {
    const path = tls.certificate === undefined ? 'tls.key' : 'tls.certificate';
    return [{ path, text: `${cert} and ${key} go together: give both files, or ${own}.` }];
  }
  if (tls['passphrase-file'] !== undefined && tls.key === undefined)
    return [{ path: 'tls.passphrase-file', text: `There is no ${key} that it could open.` }];
  return tls['self-signed'] && tls.certificate !== undefined
    ? [{ path: 'tls.self-signed', text: `${own} and ${cert} cannot both be there: keep one of them.` }]
    : [];
};

const tlsKeys = [
  'require',
  'minimum-version',
  'ciphers',
  'binding',
  'truncation',
  'clear-again',
  'client-certificates',
] as const;

const needsCertificate: Look = ({ tls, acme, data, listeners = [] }, origins) => {
  const several = tls.certificates ?? [];
  if (tls.certificate !== undefined || tls.key !== undefined || tls['self-signed']) return [];
  if (several.length > 0 || acme.names !== undefined) return [];
  const cure = `add ${origins.name('tls.self-signed')}, or ${origins.name('tls.certificate')} and ${origins.name('tls.key')}.`;
  const implicit = listeners.findIndex((one) => one.tls === 'implicit');
  const set = tlsKeys.filter((key) => origins.isSet(`tls.${key}`) && tls[key] !== 'none');
  return [
    ...(implicit < 0 ? [] : [{ path: `listeners.${implicit}`, text: `TLS needs a certificate: ${cure}` }]),
    ...(data.peers === 'tls' ? [{ path: 'data.peers', text: `tls needs a certificate: ${cure}` }] : []),
    ...set.map((key) => ({ path: `tls.${key}`, text: `It needs a certificate: ${cure}` })),
  ];
};

const clearAgain: Look = ({ tls }, origins) => {
  const stays = tls.require === 'both' || [tls.require].flat().includes('control');
  return tls['clear-again'] && stays
    ? [
        {
          path: 'tls.clear-again',
          text: `${origins.name('tls.require')} does not let TLS be taken off: leave one out.`,
        },
      ]
    : [];
};

const clients: Look = ({ tls }, origins) => {
  const path = 'tls.client-certificates';
  if (tls['client-certificates'] !== 'none') {
    const text = 'It needs tls.client-authorities: whose signatures on certificates of clients are good.';
    return tls['client-authorities'] === undefined ? [{ path, text }] : [];
  }
  return (['tls.client-authorities', 'tls.client-revocations'] as const)
    .filter((key) => origins.isSet(key) || origins.isSet(`${key}.0`))
    .map((key) => ({ path: key, text: `Clients are asked for no certificates: set ${path}.` }));
};

export const tlsLooks: readonly Look[] = [pairs, needsCertificate, clearAgain, clients];
