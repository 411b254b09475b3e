import type { CheckedRequest } from './check.ts';
import { checkRange } from './check-ports.ts';
import { wrong } from './firewall-error.ts';
import { familyOf, parseHost } from './network.ts';
import type { PortRange, Spread } from './request.ts';

/** The box hands connections on to several gateways. */
export type SpreadRequest = CheckedRequest & { readonly spread: Spread };

/** Each gateway has data ports of its own, and all of them one family and the same control ports. Throws FirewallError. */
export function checkSpread({ spread, ...request }: SpreadRequest): SpreadRequest {
  const { gateways } = spread;
  if (!Array.isArray(gateways) || gateways.length === 0)
    return wrong(
      'Between which gateways? Write each with its passive range, for example 10.0.0.11=50000-50499.',
    );
  const checked = {
    gateways: gateways.map(({ address, passivePorts }) => ({
      address: parseHost(address, 'gateway').text,
      passivePorts:
        checkRange(passivePorts, 'passive range of the gateway', '50000-50499') ?? missing(address),
    })),
    publicAddress:
      spread.publicAddress === undefined ? undefined : parseHost(spread.publicAddress, 'public address').text,
  };
  checkAlone(request);
  checkFamily(checked);
  checkRanges(checked, request.controlPorts);
  return { ...request, spread: checked };
}

function missing(address: string): never {
  return wrong(`The gateway ${address} needs a passive range of its own, for example 50000-50499.`);
}

function checkAlone({
  side,
  modes,
  steer,
  nat,
  passivePorts,
  ...request
}: Omit<SpreadRequest, 'spread'>): void {
  if (side !== 'middle') wrong('Connections are spread on a box in the middle. Write side middle.');
  if (modes.includes('active'))
    wrong(
      'In active mode a gateway dials the client past the box. Leave active mode out: the gateways may use it towards the servers.',
    );
  const { activePorts, sourcePort, singlePort, helper, servers, strictOutput, replies } = request;
  const more = [steer, nat, passivePorts, activePorts, sourcePort].some((value) => value !== undefined);
  if (more || singlePort || helper || strictOutput || replies || servers.length > 0)
    wrong(
      'Between several gateways each has its own passive range. Leave out the common range, the active range, source port, single port, helper, servers, address translation, steering, strict output and replies.',
    );
}

function checkFamily({ gateways, publicAddress }: Spread): void {
  const families = [
    ...gateways.map(({ address }) => address),
    ...(publicAddress === undefined ? [] : [publicAddress]),
  ].map(familyOf);
  if (new Set(families).size > 1)
    wrong('The gateways and the public address must be of one family: write all as IPv4, or all as IPv6.');
  const addresses = gateways.map(({ address }) => address);
  const twice = addresses.find((address, index) => addresses.indexOf(address) !== index);
  if (twice !== undefined) wrong(`The gateway ${twice} is there twice. Write each once.`);
}

function checkRanges({ gateways }: Spread, controlPorts: readonly number[]): void {
  const overlap = (one: PortRange, other: PortRange): boolean =>
    one.low <= other.high && other.low <= one.high;
  gateways.forEach(({ address, passivePorts }, index) => {
    const other = gateways.slice(0, index).find((each) => overlap(each.passivePorts, passivePorts));
    if (other !== undefined)
      wrong(
        `The passive ranges of ${other.address} and ${address} overlap: by its port alone a data connection finds its gateway. Write ranges that share no port.`,
      );
    const control = controlPorts.find((port) => overlap({ low: port, high: port }, passivePorts));
    if (control !== undefined)
      wrong(`The passive range of ${address} holds the control port ${control}. Write a range beside it.`);
  });
}
