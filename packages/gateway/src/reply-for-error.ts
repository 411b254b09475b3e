import { isFtpError, type Reply, reply } from '@duoport/protocol';

/** What a client is told of an error on the server's side; undefined: a fault of ours. */
export function replyForError(error: unknown): Reply | undefined {
  if (!isFtpError(error)) return undefined;
  // What the server said, as it said it.
  if (error.code === 'FTP_REPLY' && error.reply.code >= 400) return error.reply;
  const text = oneLine(error.message);
  switch (error.code) {
    case 'FTP_LIMIT':
    case 'FTP_LOCAL_PROTOCOL':
      return reply(425, text);
    case 'FTP_TIMEOUT':
    case 'FTP_CONNECTION':
      return reply(error.channel === 'data' ? 425 : 421, text);
    default:
      return reply(421, text);
  }
}

/** A text that came from elsewhere, fit for a line of a reply. */
export function oneLine(text: string): string {
  return text.replace(/[\0\r\n]+/g, ' ');
}

/** A server's reply, fit to be said again: a CR or NUL inside one of its lines would be read as the end of it by some. */
export function passable(said: Reply): Reply {
  return said.lines.some((line) => /[\0\r\n]/.test(line))
    ? { ...said, lines: said.lines.map(oneLine) }
    : said;
}
