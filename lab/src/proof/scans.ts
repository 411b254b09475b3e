import { machineOf, type ProofCase } from './case.ts';
import { passesAs, type Syn } from './expected.ts';
import { places } from './network.ts';

/** All 65,535 ports of one address, tried from one address and port. */
export interface Scan {
  /** The host that sends. */
  readonly from: 'client' | 'box' | 'server';
  readonly protocol: 'tcp' | 'udp';
  readonly direction: Syn['direction'];
  readonly source: string;
  readonly sourcePort: number;
  readonly destination: string;
}

/** A source port that nothing in FTP has, and the one that active mode may have. */
const any = 33333;
const data = 20;

/** Everything that a firewall of this case is tried with. */
export function scansOf(one: ProofCase): readonly Scan[] {
  const family = one.family === 4 ? 'ipv4' : 'ipv6';
  const at = (name: 'client' | 'outside' | 'inside' | 'stranger'): string => places[name][family];
  const server = serverOf(one);
  const line = (words: Omit<Scan, 'protocol'>): Scan => ({ protocol: 'tcp', ...words });
  const client = { from: 'client', source: at('client'), sourcePort: any } as const;
  const dialling = { from: 'server', source: server, sourcePort: data } as const;
  const strict = one.request.strictOutput === true;
  switch (one.where) {
    case 'server': {
      const to = { destination: server, direction: 'in' } as const;
      const out = { ...dialling, destination: at('client'), direction: 'out' } as const;
      return [
        line({ ...client, ...to }),
        line({ ...client, ...to, sourcePort: data }),
        line({ ...client, ...to, source: at('stranger') }),
        { ...line({ ...client, ...to }), protocol: 'udp' },
        ...(strict
          ? [line(out), line({ ...out, sourcePort: any }), line({ ...out, destination: at('inside') })]
          : []),
      ];
    }
    case 'client': {
      const to = { destination: at('client'), direction: 'in' } as const;
      const out = { ...client, destination: server, direction: 'out' } as const;
      return [
        line({ ...dialling, ...to }),
        line({ ...dialling, ...to, sourcePort: any }),
        line({ ...dialling, ...to, source: at('stranger') }),
        { ...line({ ...dialling, ...to }), protocol: 'udp' },
        ...(strict ? [line(out), line({ ...out, destination: at('inside') })] : []),
      ];
    }
    case 'routed': {
      const there = { destination: server, direction: 'through' } as const;
      const back = { destination: at('client'), direction: 'through' } as const;
      return [
        line({ ...client, ...there }),
        line({ ...client, ...there, source: at('stranger') }),
        line({ ...dialling, ...back }),
        line({ ...dialling, ...back, sourcePort: any }),
        line({ ...dialling, ...back, source: at('stranger') }),
        line({ ...client, destination: at('outside'), direction: 'in' }),
        { ...line({ ...client, ...there }), protocol: 'udp' },
      ];
    }
    case 'forward': {
      const there = { destination: at('outside'), direction: 'in' } as const;
      const back = { destination: at('client'), direction: 'through' } as const;
      return [
        line({ ...client, ...there }),
        line({ ...client, ...there, source: at('stranger') }),
        line({ ...client, destination: places.inside.ipv4, direction: 'in' }),
        line({ ...client, destination: server, direction: 'through' }),
        line({ ...dialling, ...back }),
        line({ ...dialling, ...back, sourcePort: any }),
        { ...line({ ...client, ...there }), protocol: 'udp' },
      ];
    }
    case 'masquerade': {
      const there = { destination: server, direction: 'through' } as const;
      const back = { destination: at('inside'), direction: 'in' } as const;
      return [
        line({ ...client, ...there }),
        line({ ...dialling, ...back }),
        line({ ...dialling, ...back, sourcePort: any }),
        line({ ...dialling, ...back, source: at('stranger') }),
        line({ ...dialling, destination: at('client'), direction: 'through' }),
        { ...line({ ...dialling, ...back }), protocol: 'udp' },
      ];
    }
  }
}

/** What must come through a scan, as `address port` behind the firewall. */
export function expectedOf(one: ProofCase, scan: Scan): ReadonlySet<string> {
  const passing = new Set<string>();
  if (scan.protocol === 'udp') return passing;
  const { direction, source, sourcePort, destination } = scan;
  for (let port = 1; port <= 65535; port += 1) {
    const as = passesAs(one, { direction, source, sourcePort, destination, port });
    if (as !== undefined) passing.add(`${as.address} ${as.port}`);
  }
  return passing;
}

/** The address of the server that this case is about. */
export function serverOf({ family, request }: ProofCase): string {
  if (request.nat?.kind === 'forward') return request.nat.server;
  if (request.singlePort === true) return places.single.ipv4;
  return family === 4 ? places.duoport.ipv4 : places.duoport.ipv6;
}

export function describeScan(one: ProofCase, scan: Scan): string {
  const way = { in: 'into', out: 'out of', through: 'through' }[scan.direction];
  return `${scan.protocol} ${way} ${machineOf(one)}: ${scan.source} port ${scan.sourcePort} → ${scan.destination}`;
}
