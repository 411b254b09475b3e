import { printable } from '../printable.ts';
import { acmeLooks } from './acme-contradictions.ts';
import { certificateNames } from './certificate-contradictions.ts';
import { hookContradictions } from './hook-contradictions.ts';
import type { Look } from './look.ts';
import type { Origins } from './origins.ts';
import type { Problem } from './problem.ts';
import type { Settings } from './schema.ts';
import { tlsLooks } from './tls-contradictions.ts';
import { usageContradictions } from './usage-contradictions.ts';

/** What is well written key by key and cannot be together. */
export function contradictions(settings: Settings, origins: Origins): readonly Problem[] {
  const all = [
    modes,
    singlePort,
    ports,
    ...tlsLooks,
    ...acmeLooks,
    certificateNames,
    people,
    usageContradictions,
    counts,
    hookContradictions,
    stored,
    rights,
  ];
  return all.flatMap((look) => look(settings, origins));
}

const modes: Look = ({ passive, active }, origins) => {
  if (!passive.enabled && !active.enabled) {
    return [
      { path: 'passive.enabled', text: 'Passive and active mode are both off: no data can be transferred.' },
    ];
  }
  const off = passive.enabled ? 'active' : 'passive';
  if (passive.enabled && active.enabled) return [];
  const keys = { active: ['source-port'], passive: ['ports', 'addresses'] }[off];
  return keys
    .filter((key) => origins.isSet(`${off}.${key}`))
    .map((key) => ({
      path: `${off}.${key}`,
      text: `It is for ${off} mode, which ${origins.name(`${off}.enabled`)} leaves out.`,
    }));
};

const singlePort: Look = ({ passive, data, tls }, origins) => {
  const path = 'passive.single-port';
  if (!passive['single-port']) return [];
  if (!passive.enabled || origins.isSet('passive.ports')) {
    return [
      {
        path,
        text: `It is passive mode without ports of its own: leave out ${origins.name('passive.ports')}, and keep passive mode on.`,
      },
    ];
  }
  return [
    ...(data.peers === 'any'
      ? [{ path, text: 'It cannot tell connections from anywhere apart: data.peers must not be any.' }]
      : []),
    ...(tls.binding === 'off'
      ? [{ path, text: 'It knows data connections by their TLS sessions: tls.binding must not be off.' }]
      : []),
  ];
};

const ports: Look = ({ listeners = [], passive, workers }, origins) => {
  const used = listeners.map(({ host, port }) => `${host ?? ''} ${port}`);
  const twice = listeners.flatMap(({ port }, index) =>
    port !== 0 && used.indexOf(used[index] ?? '') < index
      ? [{ path: `listeners.${index}`, text: `Port ${port} is there twice: give each address once.` }]
      : [],
  );
  if (!passive.enabled || passive['single-port']) return twice;
  const { low, high } = passive.ports;
  const range = `${low}-${high}`;
  const name = origins.name('passive.ports');
  const inside = listeners.filter(({ port }) => port >= low && port <= high);
  const room = high - low + 1;
  return [
    ...twice,
    ...inside.map(({ port }) => ({
      path: origins.isSet('passive.ports') ? 'passive.ports' : 'listeners',
      text: `The passive range ${range} holds port ${port}, on which the server listens: keep the two apart.`,
    })),
    ...(workers > room
      ? [{ path: 'workers', text: `${workers} workers need a passive port each, and ${name} has ${room}.` }]
      : []),
  ];
};

const people: Look = ({ users = [], anonymous }, origins) => {
  const names = users.map(({ name }) => name);
  const twice = users.flatMap(({ name }, index) =>
    names.indexOf(name) < index
      ? [{ path: `users.${index}`, text: `${printable(name)} is there twice: give each user once.` }]
      : [],
  );
  const secrets = users.flatMap((user, index) =>
    (user.password === undefined) === (user['password-hash'] === undefined)
      ? [
          {
            path: `users.${index}`,
            text: `${printable(user.name)} needs either password or password-hash.`,
          },
        ]
      : [],
  );
  const found = [...twice, ...secrets];
  const idle = ['anonymous.directory', 'anonymous.drop-folder'].filter((path) => origins.isSet(path));
  if (anonymous.enabled) return found;
  return [
    ...found,
    ...idle.map((path) => ({ path, text: 'Nobody sees it: anonymous.enabled is not true.' })),
  ];
};

const counts: Look = ({ limits }) => {
  const each = limits['sessions-per-address'];
  return each !== undefined && each > limits.sessions
    ? [
        {
          path: 'limits.sessions-per-address',
          text: `${each} is more than the ${limits.sessions} sessions in all.`,
        },
      ]
    : [];
};

const stored: Look = ({ uploads, protocol, timeouts }, origins) => [
  ...(uploads.mode === 'direct' && origins.isSet('uploads.stale-after')
    ? [
        {
          path: 'uploads.stale-after',
          text: 'It is for uploads.mode atomic: nothing else has to be removed.',
        },
      ]
    : []),
  ...(uploads.mode === 'atomic' && uploads['stale-after'] <= timeouts.stall
    ? [
        {
          path: 'uploads.stale-after',
          text: 'It must be longer than timeouts.stall: an upload may stand still so long.',
        },
      ]
    : []),
  ...(uploads.checksum !== 'none' && !protocol.hash
    ? [{ path: 'uploads.checksum', text: 'Nobody can ask for it: protocol.hash is off.' }]
    : []),
];

const rights: Look = ({ process: { user, group } }) =>
  group !== undefined && user === undefined
    ? [{ path: 'process.group', text: 'It goes with process.user: name the user as well.' }]
    : [];
