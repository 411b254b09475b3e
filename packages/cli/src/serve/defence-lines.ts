import type { Limit, Offence, ServerEvent } from '@duoport/server';
import { printable } from '../printable.ts';

type Kind<Name extends ServerEvent['kind']> = Extract<ServerEvent, { readonly kind: Name }>;

/** What the defence of a server tells. */
export type DefenceEvent = Kind<'limited' | 'offence' | 'ban' | 'unban' | 'defence-alone' | 'defence-shared'>;

const limits: Readonly<Record<Limit, string>> = {
  banned: 'is banned',
  sessions: 'was refused: all sessions are in use',
  'sessions-per-address': 'was refused: its address has all the sessions that one may have',
  'user-sessions': 'was refused: all sessions of the user are in use',
  'logins-per-minute': 'was refused: too many logins',
  'commands-per-second': 'was cut off: too many commands for too long',
  'tls-handshakes': 'was refused: too many TLS handshakes',
};

const offences: Readonly<Record<Offence, string>> = {
  login: 'gave a wrong password',
  'foreign-protocol': 'does not speak FTP',
  'too-many-sessions': 'wants too many sessions',
  'wrong-peer': 'came to a data port that is somebody else’s',
  bounce: 'named a third machine for a data connection',
  flood: 'floods the server with commands',
};

/** A line for a person; undefined: not worth one. Who is banned comes again and again: that is told to whoever wants everything. */
export function defenceLine(event: DefenceEvent, peer: string, verbose: boolean): string | undefined {
  switch (event.kind) {
    case 'limited':
      return verbose || event.limit !== 'banned' ? `${peer} ${limits[event.limit]}` : undefined;
    case 'offence':
      return `${peer} ${offences[event.offence]}`;
    case 'ban':
      return `${printable(event.subject)} is banned ${untilText(event.until)}: ${printable(event.because)}`;
    case 'unban':
      return `${printable(event.subject)} is no longer banned`;
    case 'defence-alone':
      return `what other servers ban is not known: ${printable(event.because)}`;
    case 'defence-shared':
      return 'what other servers ban is known again';
  }
}

/** `until 2026-11-20T18:05:00Z` */
export function untilText(until: number | undefined): string {
  if (until === undefined) return 'until that is taken back';
  return `until ${new Date(Math.min(until, 8.64e15)).toISOString().replace(/\.\d+Z$/, 'Z')}`;
}
