import { formatEndpoint } from '@duoport/protocol';
import type { DataConnectionView, SessionView } from '@duoport/server';
import { printable } from '../printable.ts';
import { formatBytes } from '../transfer/progress-line.ts';
import { durationText } from './duration-text.ts';

/** One session for a person: who and from where, and under it what it does and over which data connection. */
export function whoLines(view: SessionView, now: number): readonly string[] {
  const { session, user, peer, secure, since, idle, command, trouble } = view;
  const first = [
    `#${session}`,
    user === undefined ? '(not logged in)' : printable(user),
    formatEndpoint(peer),
    ...(secure ? ['TLS'] : []),
    `for ${durationText(now - since)}`,
    ...(command === undefined ? [`idle ${durationText(idle)}`] : []),
  ];
  return [
    first.join('   '),
    ...(command === undefined ? [] : [`    ${doing(view, command)}`]),
    ...(view.data === undefined ? [] : [`    ${dataText(view.data)}`]),
    ...(trouble === undefined
      ? []
      : [
          `    ${durationText(now - trouble.at)} ago a data connection did not come about (${trouble.cause}): ${printable(trouble.explanation)}`,
        ]),
  ];
}

function doing({ transfer }: SessionView, command: string): string {
  if (transfer === undefined) return command;
  const { verb, path, bytes, duration } = transfer;
  const rate = duration > 0 && bytes > 0 ? [`${formatBytes((bytes * 1000) / duration)}/s`] : [];
  return [`${verb} ${printable(path)}`, `${bytes.toLocaleString('en-US')} bytes`, ...rate].join(', ');
}

function dataText({ mode, state, dialledBy, from, to, waited }: DataConnectionView): string {
  const [near, far] = [from, to].map((end) => (end.port === 0 ? end.address : formatEndpoint(end)));
  const ends = `data connection, ${mode}: ${near} → ${far}`;
  if (state === 'open') return `${ends}, dialled by the ${dialledBy}`;
  const how = dialledBy === 'client' ? 'the client has not dialled it yet' : 'being dialled';
  return state === 'awaited'
    ? `${ends}, awaited for ${durationText(waited)}: ${how}`
    : `${ends}, agreed on ${durationText(waited)} ago`;
}
