import { type Place, type PlaceField, placeFields } from '@duoport/firewall';
import { type Command, InvalidArgumentError, Option } from 'commander';
import {
  type ModeSet,
  type PortRange,
  parseModes,
  parsePort,
  parsePortRange,
  repeated,
} from '../flags/values.ts';

/** The flags of `duoport firewall`, as the fields of a request are called where that is possible. Every field of a place is a flag of the same name. */
export interface FirewallFlags extends Place {
  readonly for?: string;
  readonly config?: string;
  readonly list?: boolean;
  readonly undo?: boolean;
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly side?: 'server' | 'client' | 'middle';
  readonly modes?: ModeSet;
  readonly controlPort?: readonly number[];
  readonly passivePorts?: PortRange;
  readonly activePorts?: PortRange;
  readonly sourcePort?: number;
  readonly singlePort?: boolean;
  readonly tls?: boolean;
  readonly helper?: boolean;
  readonly clients?: readonly string[];
  readonly servers?: readonly string[];
  readonly forwardTo?: string;
  readonly publicAddress?: string;
  readonly portOffset?: number;
  readonly publicControlPort?: readonly number[];
  /** `true`: without an interface. */
  readonly masquerade?: string | true;
  readonly strictOutput?: boolean;
  readonly replies?: boolean;
  readonly steer?: number;
  readonly gateway?: readonly { readonly address: string; readonly passivePorts: PortRange }[];
}

export function addFirewallFlags(command: Command): Command {
  for (const option of [...outputOptions(), ...flowOptions(), ...natOptions(), ...placeOptions()]) {
    command.addOption(option);
  }
  return command;
}

export function placeOf(flags: Place): Place {
  const fields = Object.keys(placeFields) as readonly PlaceField[];
  return Object.fromEntries(fields.map((field) => [field, flags[field]]));
}

function outputOptions(): readonly Option[] {
  return [
    new Option('--for <target>', 'which firewall the rules are for (--list shows them)'),
    new Option('--config <file>', 'take what the settings file of duoport serve says; flags go before it'),
    new Option('--list', 'show the targets, and how far the rules of each have been tried'),
    new Option('--undo', 'print what takes the rules away again'),
    new Option('--json', 'flows, rules, undo and notes as one JSON object'),
    new Option('--quiet', 'no notes on standard error'),
  ];
}

function flowOptions(): readonly Option[] {
  const port = (text: string): number => parsePort(text);
  return [
    new Option(
      '--side <side>',
      "whose machine it is: the server's host, the client's host, or a box in the middle (default: server)",
    ).choices(['server', 'client', 'middle']),
    new Option('--modes <modes>', 'passive, active or passive,active (default: both)').argParser(parseModes),
    new Option(
      '--control-port <port>',
      'port of the control connection; may be repeated (default: 21)',
    ).argParser(repeated(port)),
    new Option('--passive-ports <lo-hi>', 'passive range of the server').argParser(parsePortRange),
    new Option('--active-ports <lo-hi>', 'active range of the client').argParser(parsePortRange),
    new Option('--source-port <port>', 'the port that the server dials from in active mode').argParser(port),
    new Option('--single-port', 'the server takes passive data connections on its control port'),
    new Option('--tls', 'the control connection may be under TLS'),
    new Option('--helper', "rely on the kernel's FTP helper instead of open ranges"),
    new Option('--clients <net>', 'a network that clients come from; may be repeated').argParser(
      repeated(String),
    ),
    new Option('--servers <net>', 'an address or network of the servers; may be repeated').argParser(
      repeated(String),
    ),
    new Option('--strict-output', 'new connections out of the machine are dropped too'),
    new Option('--replies', 'nothing lets packets of open connections through yet: write that rule too'),
  ];
}

function natOptions(): readonly Option[] {
  return [
    new Option('--forward-to <addr>', 'port forwarding to the server at this address, behind the box'),
    new Option('--public-address <addr>', 'the address that the outside dials'),
    new Option('--port-offset <n>', 'outer port of the passive range = inner port + this').argParser(Number),
    new Option(
      '--public-control-port <port>',
      'what the outside dials for the control port; repeated like --control-port',
    ).argParser(repeated((text) => parsePort(text))),
    new Option(
      '--steer <port>',
      'bring the control connections of --clients to the transparent gateway that listens on this port here',
    ).argParser((text) => parsePort(text)),
    new Option(
      '--gateway <addr=lo-hi>',
      'hand connections on to several gateways, each with its own passive range; repeated for each of them',
    ).argParser(repeated(parseGateway)),
    new Option('--masquerade [interface]', 'the clients are behind the box and go out by this interface'),
  ];
}

function placeOptions(): readonly Option[] {
  return Object.entries(placeFields).map(([field, { what, example }]) => {
    const flag = field.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
    return new Option(`--${flag} <name>`, `${what}, for example ${example}`);
  });
}

function parseGateway(text: string): { readonly address: string; readonly passivePorts: PortRange } {
  const [, address, ports] = /^([^=]+)=([\d-]+)$/.exec(text) ?? [];
  if (address !== undefined && ports !== undefined) return { address, passivePorts: parsePortRange(ports) };
  throw new InvalidArgumentError('A gateway is written ADDRESS=LO-HI, for example 10.0.0.11=50000-50499.');
}
