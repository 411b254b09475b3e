import { askDatagram } from '@duoport/net';
import { endpoint } from '@duoport/protocol';
import { boundedText } from './bounded-text.ts';
import { textElements } from './elements.ts';
import { RouterFault } from './router-fault.ts';
import { decodeSearchAnswer, encodeSearch, type WanService, wanServiceIn } from './upnp-device.ts';

const ssdp = endpoint('239.255.255.250', 1900);
const answerLimit = 256 * 1024;
const timeout = 5000;
const targets = [1, 2].map((version) => `urn:schemas-upnp-org:device:InternetGatewayDevice:${version}`);

/** Of UPnP IGD WANIPConnection, §2.4. */
const faults: Readonly<Record<string, string>> = {
  '402': 'it does not understand the request',
  '501': 'it could not do it',
  '606': 'it is configured to open no ports for this machine',
  '718': 'somebody else has that port',
  '724': 'it wants another port outside than inside',
  '728': 'it has no room for another port',
};
const permanentOnly = '725';
const noSuchEntry = '714';

/** UPnP at one router. Mappings are asked for in this machine's name alone. */
export class Upnp {
  readonly name = 'UPnP';
  readonly #service: WanService;
  readonly #inside: string;
  #forEver = false;

  private constructor(service: WanService, inside: string) {
    this.#service = service;
    this.#inside = inside;
  }

  /** Looks for the router of the network that `inside`, an address of this machine, is in. `router`: its address, when another one is not meant. */
  static async find(
    inside: string,
    {
      router,
      signal,
    }: { readonly router?: string | undefined; readonly signal?: AbortSignal | undefined } = {},
  ): Promise<Upnp> {
    let turn = 0;
    const location = await askDatagram({
      to: ssdp,
      group: true,
      question: () => encodeSearch(targets[turn++ % targets.length] ?? ''),
      answer: (bytes, { address }) =>
        router === undefined || router === address ? decodeSearchAnswer(bytes, address) : undefined,
      waits: [400, 400, 1500, 1500],
      signal,
    });
    const description = await request(location, { method: 'GET' }, signal);
    const service = await wanServiceIn(description.text, location);
    if (service === undefined) throw new RouterFault('it describes no service that maps ports');
    return new Upnp(service, inside);
  }

  async externalAddress(signal?: AbortSignal): Promise<string> {
    const answer = await this.#call('GetExternalIPAddress', {}, signal);
    const address = answer.get('NewExternalIPAddress');
    if (address === undefined || address === '')
      throw new RouterFault('it has no address from outside itself');
    return address;
  }

  /** Returns the seconds that it holds for. */
  async map(port: number, lifetime: number, signal?: AbortSignal): Promise<number> {
    const add = (seconds: number) =>
      this.#call(
        'AddPortMapping',
        {
          NewRemoteHost: '',
          NewExternalPort: port,
          NewProtocol: 'TCP',
          NewInternalPort: port,
          NewInternalClient: this.#inside,
          NewEnabled: 1,
          NewPortMappingDescription: 'duoport FTP',
          NewLeaseDuration: seconds,
        },
        signal,
      );
    try {
      await add(this.#forEver ? 0 : lifetime);
    } catch (error) {
      if (!(error instanceof UpnpFault) || error.code !== permanentOnly || this.#forEver) throw error;
      this.#forEver = true;
      await add(0);
    }
    return lifetime;
  }

  async unmap(port: number, signal?: AbortSignal): Promise<void> {
    const which = { NewRemoteHost: '', NewExternalPort: port, NewProtocol: 'TCP' };
    try {
      await this.#call('DeletePortMapping', which, signal);
    } catch (error) {
      if (!(error instanceof UpnpFault) || error.code !== noSuchEntry) throw error;
    }
  }

  async #call(
    action: string,
    values: Readonly<Record<string, string | number>>,
    signal: AbortSignal | undefined,
  ): Promise<ReadonlyMap<string, string>> {
    const { type, control } = this.#service;
    const inner = Object.entries(values).map(([name, value]) => `<${name}>${value}</${name}>`);
    const body =
      '<?xml version="1.0"?><s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/" ' +
      's:encodingStyle="http://schemas.xmlsoap.org/soap/encoding/"><s:Body>' +
      `<u:${action} xmlns:u="${type}">${inner.join('')}</u:${action}></s:Body></s:Envelope>`;
    const headers = { 'content-type': 'text/xml; charset="utf-8"', soapaction: `"${type}#${action}"` };
    const { ok, status, text } = await request(control, { method: 'POST', headers, body }, signal);
    const told = new Map((await textElements(text)).map(({ name, text: value }) => [name, value]));
    if (ok) return told;
    const code = told.get('errorCode') ?? String(status);
    throw new UpnpFault(
      code,
      faults[code] ?? `it answers with error ${code} ${told.get('errorDescription') ?? ''}`.trim(),
    );
  }
}

class UpnpFault extends RouterFault {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

async function request(url: URL, init: RequestInit, signal: AbortSignal | undefined) {
  const limits = [AbortSignal.timeout(timeout), ...(signal === undefined ? [] : [signal])];
  const answer = await fetch(url, { ...init, redirect: 'error', signal: AbortSignal.any(limits) });
  return { ok: answer.ok, status: answer.status, text: await boundedText(answer, answerLimit) };
}
