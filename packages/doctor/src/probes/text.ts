import type { Reply } from '@duoport/protocol';

/** A reply as plain data. What a server can make it as long as it likes is cut. */
export interface Said {
  readonly code: number;
  readonly text: string;
}

export function said(reply: Reply): Said {
  return { code: reply.code, text: cut(reply.lines.join(' ')) };
}

/** Long enough for every honest text. */
export function cut(text: string): string {
  return text.length > longest ? `${text.slice(0, longest)}…` : text;
}

const longest = 500;

export function messageOf(error: unknown): string {
  return cut(error instanceof Error ? error.message : String(error));
}

/** Node's code of what went wrong underneath: ECONNREFUSED, CERT_HAS_EXPIRED … */
export function errnoOf(error: unknown): string | undefined {
  for (let each: unknown = error; each instanceof Error; each = each.cause) {
    if ('code' in each && typeof each.code === 'string' && !each.code.startsWith('FTP_')) return each.code;
  }
  return undefined;
}
