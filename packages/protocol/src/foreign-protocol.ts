/*
 * Cross-protocol attacks: a browser or a mail relay is tricked into speaking to an FTP port, and some of its lines
 * happen to be FTP commands. A peer that speaks another protocol is therefore dropped at its first telling line,
 * without a reply.
 */
const tells: readonly (readonly [RegExp, string])[] = [
  [/^(GET|HEAD|POST|PUT|DELETE|OPTIONS|CONNECT|TRACE|PATCH|PROPFIND|PRI) \S+ HTTP\/\d/, 'HTTP'],
  [/^(HELO|EHLO)\b/i, 'SMTP'],
  [/^(MAIL FROM|RCPT TO):/i, 'SMTP'],
  [/^SSH-\d\.\d+-/, 'SSH'],
  [/^\x16\x03[\x00-\x04]/, 'TLS'],
  [/^(Host|User-Agent|Content-Length|Content-Type|Accept|Origin|Referer|Cookie): /i, 'HTTP'],
];

/** The protocol that this line belongs to, when it is certainly not FTP. */
export function foreignProtocol(line: string): string | undefined {
  for (const [tell, protocol] of tells) if (tell.test(line)) return protocol;
  return undefined;
}
