import type { CheckedRequest } from './check.ts';
import type { Flow } from './flow.ts';
import type { Note, Target } from './rules.ts';
import { width } from './text.ts';

const linux: readonly Target[] = ['nftables', 'iptables', 'ufw', 'firewalld'];
/** Notes that speak of Linux alone. Other targets have their own where it matters. */
const ofLinux = ['helper-explicit', 'helper-nat-module', 'forwarding'];
/** Proxies answer clients of either side themselves. */
const proxies: readonly Target[] = ['haproxy', 'nginx'];

/** What the reader must know beside the rules of this target; a target adds its own. */
export function notesFor(target: Target, request: CheckedRequest, flows: readonly Flow[]): readonly Note[] {
  const notes: (Note | false)[] = [
    flows.length === 0 && {
      code: 'nothing-needed',
      text: 'Nothing has to be opened here: every connection of these modes goes out, and going out is allowed. If it is not, ask for strict output.',
    },
    ...helperNotes(request),
    ...portNotes(request, flows),
    ...natNotes(request),
  ];
  const fits = ({ code }: Note): boolean =>
    (linux.includes(target) || !ofLinux.includes(code)) && !(proxies.includes(target) && code === 'hairpin');
  return notes.filter((note) => note !== false).filter(fits);
}

function helperNotes(request: CheckedRequest): readonly (Note | false)[] {
  const { helper, tls, nat, side, modes } = request;
  const nobody = request.clients.length + request.servers.length === 0 && nat === undefined;
  return [
    helper && {
      code: 'helper-explicit',
      text: 'No kernel assigns the FTP helper by itself any more (it did until 4.7, and could be told to until 6.0): these rules assign it to the control ports, and only to these. The module nf_conntrack_ftp is loaded by the rule.',
    },
    helper &&
      nat !== undefined && {
        code: 'helper-nat-module',
        text: 'Where addresses are translated the helper needs the module nf_nat_ftp as well. To have it after the next start, write nf_nat_ftp into /etc/modules-load.d/ftp.conf.',
      },
    helper && {
      code: 'helper-blind-tls',
      text: tls
        ? 'The helper sees nothing of a control connection under TLS. That is why the ranges are open beside it.'
        : 'The helper works for plain FTP only: as soon as a client uses TLS it sees nothing, login works and the data connection does not. With TLS, ask for the range as well.',
    },
    helper &&
      side !== 'client' &&
      nat?.kind !== 'masquerade' &&
      modes.includes('passive') && {
        code: 'helper-masquerade',
        text: 'The helper wants the server to announce its own address in 227. If the server announces another one (passive address, masquerade address) it expects nothing, since nf_conntrack_ftp has loose=0: take that setting out of the server, or open the passive range instead of using the helper.',
      },
    helper &&
      side === 'middle' &&
      modes.length === 1 &&
      nobody && {
        code: 'helper-any-mode',
        text: 'From anybody to anybody, a related connection of one mode cannot be told from one of the other: both pass. Name the clients or the servers.',
      },
  ];
}

function portNotes(request: CheckedRequest, flows: readonly Flow[]): readonly (Note | false)[] {
  const { passivePorts: range, activePorts, sourcePort, helper, tls, singlePort } = request;
  const active = flows.some(({ id, state }) => id === 'active-data' && state === 'new');
  const passive = range !== undefined && !singlePort && flows.some(({ id }) => id === 'passive-data');
  return [
    active &&
      activePorts === undefined && {
        code: 'active-range-unknown',
        text: 'The active range of the clients is not known, so active data connections may go to any port from 1024 on. Where the clients can be told a range, open only that.',
      },
    active &&
      sourcePort === undefined && {
        code: 'source-port',
        text: 'Where the server dials from port 20, say so (source port 20): the rule then lets in nothing else.',
      },
    active &&
      sourcePort !== undefined &&
      request.side !== 'server' &&
      request.servers.length === 0 &&
      request.nat?.kind !== 'forward' && {
        code: 'source-port',
        text: `A source port proves nothing: whoever is root on his machine can dial from ${sourcePort}. Name the servers to keep others out.`,
      },
    passive && request.side === 'server' && (!helper || tls) && rangeSize(width(range)),
    singlePort &&
      request.modes.includes('passive') && {
        code: 'single-port',
        text: 'Single port is a power of this server (serve --single-port): other servers need their range.',
      },
  ];
}

function rangeSize(size: number): Note | false {
  if (size < 16) {
    return {
      code: 'range-size',
      text: `The passive range has ${size === 1 ? 'one port' : `${size} ports`}. Every transfer takes one for a moment, and most servers give a port to one client at a time: a hundred are plenty for a small server.`,
    };
  }
  if (size <= 2000) return false;
  return {
    code: 'range-size',
    text: `The passive range has ${size} ports. A hundred or a few hundred are plenty for most servers; what is open beyond that only helps a scanner.`,
  };
}

function natNotes({
  nat,
  modes,
  passivePorts,
  singlePort,
  helper,
  tls,
}: CheckedRequest): readonly (Note | false)[] {
  if (nat === undefined) return [];
  const forward = nat.kind === 'forward';
  const address = forward ? (nat.publicAddress ?? 'the public address') : '';
  const announces =
    forward && (!helper || tls) && modes.includes('passive') && passivePorts !== undefined && !singlePort;
  return [
    {
      code: 'forwarding',
      text: 'The box must route: net.ipv4.ip_forward (and net.ipv6.conf.all.forwarding) set to 1.',
    },
    announces && {
      code: 'advertised-address',
      text: `The server must announce ${address}${nat.portOffset === 0 ? '' : ` and ports that are ${nat.portOffset} higher`} in its answer to PASV: serve --passive-address ${nat.publicAddress ?? 'ADDRESS'}${offsetText(nat.portOffset)}. Clients inside the same network need the inner address: serve takes an address for each network.`,
    },
    forward && {
      code: 'hairpin',
      text: 'Clients in the same network as the server should dial its inner address: from the inside these rules bring packets to the server whose answers go past the box.',
    },
  ];
}

function offsetText(offset: number): string {
  return offset === 0 ? '' : `:${offset > 0 ? '+' : '-'}${Math.abs(offset)}`;
}
