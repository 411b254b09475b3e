import { row, type VerbRow } from './verb-row.ts';

/** RFC 2228, as RFC 4217 uses it for TLS, and the verbs for transfers between two servers over TLS. */
export const securityVerbs: readonly VerbRow[] = [
  row({
    verb: 'AUTH',
    syntax: 'AUTH TLS',
    summary: 'Secure the control connection with TLS',
    argument: 'required',
    needs: 'nothing',
    power: 'tls',
    feat: 'AUTH TLS',
    rfc: ['RFC 2228 §3', 'RFC 4217 §4'],
  }),
  row({
    verb: 'ADAT',
    syntax: 'ADAT <base64>',
    summary: 'Security data of a mechanism other than TLS',
    argument: 'required',
    needs: 'nothing',
    secret: true,
    power: 'protected-commands',
    rfc: ['RFC 2228 §3'],
  }),
  row({
    verb: 'PBSZ',
    syntax: 'PBSZ 0',
    summary: 'Set the size of protected blocks; over TLS always 0, and due before PROT',
    argument: 'required',
    needs: 'nothing',
    power: 'tls',
    feat: 'PBSZ',
    rfc: ['RFC 2228 §3', 'RFC 4217 §9'],
  }),
  row({
    verb: 'PROT',
    syntax: 'PROT C | P',
    summary: 'Set whether data connections are clear or private (TLS)',
    argument: 'required',
    needs: 'nothing',
    power: 'tls',
    feat: 'PROT',
    rfc: ['RFC 2228 §3', 'RFC 4217 §9'],
  }),
  row({
    verb: 'CCC',
    syntax: 'CCC',
    summary: 'Leave TLS on the control connection, so that NAT can read it',
    power: 'clear-control',
    feat: 'CCC',
    rfc: ['RFC 2228 §3', 'RFC 4217 §5'],
  }),
  ...(
    [
      ['MIC', 'A command with an integrity check'],
      ['CONF', 'A confidential command'],
      ['ENC', 'A private command'],
    ] as const
  ).map(([verb, summary]) =>
    row({
      verb,
      syntax: `${verb} <base64>`,
      summary,
      argument: 'required',
      needs: 'nothing',
      secret: true, // a protected PASS may stand inside
      power: 'protected-commands',
      rfc: ['RFC 2228 §3'],
    }),
  ),
  row({
    verb: 'SSCN',
    syntax: 'SSCN [ON | OFF]',
    summary: 'Be the TLS client on data connections, for a transfer between two servers',
    argument: 'optional',
    power: 'fxp-tls',
    feat: 'SSCN',
    rfc: ['common practice'],
  }),
  row({
    verb: 'CPSV',
    syntax: 'CPSV',
    summary: 'As PASV, and be the TLS client on that data connection',
    opensData: 'passive',
    power: 'fxp-tls',
    feat: 'CPSV',
    rfc: ['common practice'],
  }),
];
