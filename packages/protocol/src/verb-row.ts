/**
 * A power that a server may lack: by its build, its configuration or its storage. A row that names one is answered
 * 502 (or 504, where only the argument is unknown) and its FEAT line is left out when the power is not there.
 */
export type Power =
  | 'tls' // AUTH TLS, PBSZ, PROT
  | 'clear-control' // CCC
  | 'protected-commands' // ADAT, MIC, CONF, ENC: the GSSAPI half of RFC 2228
  | 'passive' // the server listens: PASV, EPSV, LPSV
  | 'active' // the server dials: PORT, EPRT, LPRT
  | 'fxp-tls' // SSCN, CPSV: server to server over TLS
  | 'pre-transfer' // PRET
  | 'mount' // SMNT
  | 'account' // ACCT
  | 'language' // LANG
  | 'host' // HOST: virtual hosts
  | 'hash' // HASH and the X-checksums
  | 'range' // RANG
  | 'space' // AVBL
  | 'set-modified' // MFMT, MFF, MDTM with a time, SITE UTIME
  | 'set-created' // MFCT
  | 'chmod' // SITE CHMOD
  | 'symlink' // SITE SYMLINK
  | 'mode-z' // MODE Z
  | 'probe'; // SITE PROBE, SITE NONCE

export type Permission =
  | 'none'
  | 'list'
  | 'read'
  | 'write'
  | 'append'
  | 'remove'
  | 'rename'
  | 'make-directory'
  | 'remove-directory'
  | 'change';

/** The facts of one verb. Dispatch, policy, HELP, FEAT, redaction and docs/rfc.md read them and nothing else. */
export interface VerbRow {
  /** `RETR`; for a verb in two words `SITE CHMOD`, `OPTS UTF8`. */
  readonly verb: string;
  readonly argument: 'none' | 'optional' | 'required';
  readonly syntax: string;
  readonly summary: string;
  /** `login`: answered 530 before it. */
  readonly needs: 'nothing' | 'login';
  /** Agrees on where the data connection will be, and who listens: passive the server, active the client. */
  readonly opensData: 'no' | 'passive' | 'active';
  /** Uses the data connection. */
  readonly transfer: 'no' | 'to-client' | 'to-server';
  /** Is answered while a transfer runs. Every other verb waits for its end. */
  readonly duringTransfer: boolean;
  readonly permission: Permission;
  /** The argument is a path name. */
  readonly path: boolean;
  /** Says who the user is: a server that requires TLS refuses it in the clear. */
  readonly identifies: boolean;
  /** The argument must not stand in any log or trace. */
  readonly secret: boolean;
  /** `RFC 959 §4.1.3`; a draft by its name; `common practice` where nothing was ever written down. */
  readonly rfc: readonly string[];
  /** The FEAT line. Servers complete `MLST`, `MFF`, `HASH` and `LANG` with their lists. */
  readonly feat: string | undefined;
  readonly power: Power | undefined;
  readonly aliasOf: string | undefined;
}

type Told = 'verb' | 'syntax' | 'summary' | 'rfc';

/** A row: what is told, and for the rest the commonest answer (after login, no data connection, no path). */
export function row(facts: Pick<VerbRow, Told> & Partial<Omit<VerbRow, Told>>): VerbRow {
  return {
    argument: 'none',
    needs: 'login',
    opensData: 'no',
    transfer: 'no',
    duringTransfer: false,
    permission: 'none',
    path: false,
    identifies: false,
    secret: false,
    feat: undefined,
    power: undefined,
    aliasOf: undefined,
    ...facts,
  };
}
