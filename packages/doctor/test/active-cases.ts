import { active, type Case, passive, peer, seen, view } from './seen.ts';

const natted = { local: { address: '192.168.1.10', port: 5 } };
const insidePort = { announced: { address: '192.168.1.10', port: 40_001 } };
const refusedPort = { agreed: { code: 500, text: 'Illegal PORT command.' }, ...insidePort };

/** An active data connection that fails, and a control connection that does not last. */
export const activeCases: readonly Case[] = [
  {
    what: 'NAT, and PORT is refused for its address',
    seen: seen([active('PORT', false, refusedPort)], natted),
    findings: ['active-behind-nat client: PORT'],
  },
  {
    what: 'NAT, and a server that dials in vain',
    seen: seen([active('PORT', false, insidePort)], {
      ...natted,
      control: { ...seen([]).control, greeting: { code: 220, text: 'FTP' } },
    }),
    findings: ['active-behind-nat client: PORT'],
  },
  {
    what: '"won’t open a connection to … (only to …)"',
    seen: seen([
      active('PORT', false, {
        agreed: { code: 500, text: "I won't open a connection to 10.1.2.3 (only to 198.51.100.10)" },
      }),
    ]),
    findings: ['active-behind-nat client: PORT'],
  },
  {
    what: 'the same on another port than 21: helpers do not look there',
    seen: seen([active('PORT', false, refusedPort)], { ...natted, port: 2121 }),
    findings: ['helper-wrong-port client: PORT'],
  },
  {
    what: 'a helper makes it work, and cannot under TLS',
    seen: seen(
      [active('PORT', true, insidePort), active('PORT', false, { ...refusedPort, secure: true })],
      natted,
    ),
    findings: ['helper-blind-tls client: PORT+'],
  },
  {
    what: 'a helper spoils it: what it does not see works',
    seen: seen(
      [active('PORT', false, refusedPort), { ...active('PORT', true, insidePort), hidden: true }],
      natted,
    ),
    findings: ['active-address-rewritten client: PORT'],
  },
  {
    what: 'a helper spoils it: the server tells what it received',
    seen: seen([active('PORT', false, { server: view({ received: '192,0,2,2,156,65' }) })]),
    findings: ['active-address-rewritten client: PORT'],
  },
  {
    what: 'active mode is switched off',
    seen: seen([active('PORT', false, { agreed: { code: 502, text: 'Command not implemented.' } })]),
    findings: ['active-off server: PORT'],
  },
  {
    what: 'the SYN comes to the card, and the firewall here drops it',
    seen: seen([active('PORT', false, { synsSeen: [{ address: peer, port: 20, ttl: 61 }] })]),
    findings: ['active-blocked-here client: PORT'],
  },
  {
    what: 'the same, from another port than 20',
    seen: seen([active('PORT', false, { synsSeen: [{ address: peer, port: 33_333, ttl: 61 }] })]),
    findings: ['active-source-port client: PORT'],
  },
  {
    what: 'a hole through the client’s router lets it in',
    seen: seen([active('PORT', false, { synsSeen: [] })], { punched: { verb: 'PORT', opensBeyond: 2 } }),
    findings: ['active-blocked-on-the-way client: PORT'],
  },
  {
    what: 'a hole through the middle lets it in',
    seen: seen([active('EPRT', false, { synsSeen: [] })], { punched: { verb: 'EPRT', opensBeyond: 3 } }),
    findings: ['active-blocked-on-the-way middle: EPRT'],
  },
  {
    what: 'no hole can be made: the box in the middle stops ours as well',
    seen: seen([active('EPRT', false, { synsSeen: [] })], {
      punched: { verb: 'EPRT', opensBeyond: undefined, reaches: 2 },
    }),
    findings: ['active-blocked-on-the-way middle: EPRT'],
  },
  {
    what: 'all firewalls are opened for port 20, and nothing comes: it dials from another one',
    seen: seen([active('EPRT', false, { synsSeen: [] })], {
      punched: { verb: 'EPRT', opensBeyond: undefined, reaches: 3 },
    }),
    findings: ['active-source-port server: EPRT'],
  },
  {
    what: 'refused at once, nobody can say by whom',
    seen: seen([active('PORT', false, { final: { code: 425, text: 'Failed.' }, took: 30 })]),
    findings: ['active-refused unknown: PORT'],
  },
  {
    what: 'an idle control connection dies',
    seen: seen([passive('PASV', 'open')], { idle: { silence: 360_000, how: 'dead' } }),
    findings: ['idle-cut unknown: '],
  },
];
