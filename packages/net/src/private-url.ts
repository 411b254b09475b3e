/** Whether nobody on a network can read along what is sent there: TLS, or this very machine. */
export function isPrivateUrl({ protocol, hostname }: URL): boolean {
  const host = hostname.replace(/^\[|\]$/g, '');
  const local = host === 'localhost' || host === '::1' || /^127(?:\.\d+){3}$/.test(host);
  return local || /^(?:https|ldaps):$/.test(protocol);
}
