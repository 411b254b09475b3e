import { textElements } from './elements.ts';

/** The service of a router that maps ports (UPnP IGD 1 and 2). */
export interface WanService {
  readonly type: string;
  readonly control: URL;
}

const wanService = /^urn:schemas-upnp-org:service:WAN(IP|PPP)Connection:\d+$/;

/** What a device description at `location` names for ports; undefined: it is no router. Nothing on another host is taken. */
export async function wanServiceIn(description: string, location: URL): Promise<WanService | undefined> {
  const elements = await textElements(description);
  const type = elements.find(({ name, text }) => name === 'serviceType' && wanService.test(text));
  const path = elements.find(({ name, parent }) => name === 'controlURL' && parent === type?.parent);
  if (type === undefined || path === undefined || !URL.canParse(path.text, location.href)) return undefined;
  const control = new URL(path.text, location);
  return control.host === location.host && control.protocol === 'http:'
    ? { type: type.text, control }
    : undefined;
}

/** UPnP Device Architecture §1.3.2. `target`: what is looked for. */
export function encodeSearch(target: string): Uint8Array {
  const lines = [
    'M-SEARCH * HTTP/1.1',
    'HOST: 239.255.255.250:1900',
    'MAN: "ssdp:discover"',
    'MX: 1',
    `ST: ${target}`,
    '',
    '',
  ];
  return new TextEncoder().encode(lines.join('\r\n'));
}

/** The place of the description in an answer from `address`; a device speaks for itself alone. */
export function decodeSearchAnswer(bytes: Uint8Array, address: string): URL | undefined {
  const text = Buffer.from(bytes).toString('latin1');
  if (!/^HTTP\/1\.[01] 200 /.test(text) || !/^ST:.*InternetGatewayDevice/im.test(text)) return undefined;
  const [, place = ''] = /^LOCATION:[ \t]*(\S+)[ \t]*\r?$/im.exec(text) ?? [];
  if (!URL.canParse(place)) return undefined;
  const location = new URL(place);
  return location.protocol === 'http:' && location.hostname === address ? location : undefined;
}
