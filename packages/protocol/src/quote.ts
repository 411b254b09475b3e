import { fault, type ProtocolFault, refuseLineBreaks } from './fault.ts';
import type { Quirk } from './quirks.ts';
import type { Reply } from './reply.ts';

/** RFC 959 appendix II: a path in a 257 reply stands in double quotes, and a quote inside it is doubled. */
export function quote(path: string): string {
  return `"${path.replaceAll('"', '""')}"`;
}

/** `257 "/path" ...`. Throws FtpLocalError on CR, LF or NUL in the path or the text. */
export function pathReply(path: string, text: string): Reply {
  refuseLineBreaks(path, 'A path');
  refuseLineBreaks(text, 'A reply line');
  return { code: 257, lines: [`${quote(path)} ${text}`] };
}

/** The path of a 257 reply. Servers that do not quote, or do not double, are understood as far as they can be. */
export function decodePath(
  text: string,
): { readonly path: string; readonly quirks: readonly Quirk[] } | ProtocolFault {
  const start = text.indexOf('"');
  if (start < 0) {
    const word = text.trim().split(' ', 1)[0] ?? '';
    return word === '' ? fault('a 257 reply without a path') : { path: word, quirks: ['unquoted-path'] };
  }
  let path = '';
  for (let at = start + 1; at < text.length; at++) {
    const character = text.charAt(at);
    if (character !== '"') path += character;
    else if (text.charAt(at + 1) === '"') {
      path += '"';
      at++;
    } else return closed(path, start);
  }
  return path === '' ? fault('a 257 reply without a path') : { path, quirks: ['unquoted-path'] };
}

function closed(path: string, start: number): { path: string; quirks: readonly Quirk[] } | ProtocolFault {
  if (path === '') return fault('a 257 reply with an empty path');
  return { path, quirks: start === 0 ? [] : ['unusual-text'] };
}
