import type { Reply } from '@duoport/protocol';

/** A reply as the lines that it was on the wire (RFC 959 §4.2), for traces. */
export function replyLines(reply: Reply): readonly string[] {
  const last = reply.lines.length - 1;
  return reply.lines.map((text, index) => {
    if (index === last) return `${reply.code} ${text}`.trimEnd();
    return index === 0 ? `${reply.code}-${text}` : text;
  });
}
