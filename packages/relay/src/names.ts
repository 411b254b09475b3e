/**
 * Names of agents and of their services: two of them and two hyphens are one label of a host name (RFC 1123 §2.1), so that they may
 * stand in SNI and HOST.
 */
export function isLabel(text: string): boolean {
  return /^[a-z0-9](?:[a-z0-9-]{0,28}[a-z0-9])?$/.test(text) && !text.includes('--');
}

/** What a service is called on the relay: the agent's name, with the service's own name before it when it has one. */
export function serviceName(agent: string, service: string): string {
  return service === '' ? agent : `${service}--${agent}`;
}

/** The same backwards, from the first label of a host name: `files--office.relay.example`. */
export function serviceNamed(
  host: string | undefined,
): { readonly agent: string; readonly service: string } | undefined {
  const [label = ''] = host?.toLowerCase().split('.') ?? [];
  const [agent = '', service = '', ...more] = label.split('--').reverse();
  return isLabel(agent) && (service === '' || isLabel(service)) && more.length === 0
    ? { agent, service }
    : undefined;
}
