/** What our number is held against. */
type Floor =
  | { readonly against: string; readonly ratio: number }
  | { readonly below: number; readonly of: string }
  | { readonly above: number; readonly of: string };

/** One line of the result. */
export interface Row {
  readonly id: string;
  readonly title: string;
  readonly unit: Unit;
  readonly better: 'more' | 'less';
  readonly floors: readonly Floor[];
}

export type Unit =
  | '/s'
  | 'GB/s'
  | 'entries/s'
  | 'KB'
  | 'MB'
  | 's'
  | 'ms'
  | 'share'
  | 'logins'
  | 'descriptors';

/** "Level with" allows for the noise of medians on a machine that does other things too. */
const level = 0.95;
const best = 'the best peer';

/** Name of the way without anything between: no peer, but what every gateway is held against. */
export const directWay = 'direct';

/** Name of the relay whose agent lets long transfers go beside the line. */
export const directClear = 'duoport --direct-clear';

const direct = (ratio: number): Floor => ({ against: directWay, ratio });
const vsftpd = (ratio: number): Floor => ({ against: 'vsftpd', ratio });

const floors: Readonly<Record<string, readonly Floor[]>> = {
  logins: [vsftpd(4)],
  'retr-1k-passive-32': [vsftpd(1.8), { against: 'Pure-FTPd', ratio: level }],
  'retr-1k-passive-1': [vsftpd(2)],
  'stor-1k-passive-16': [vsftpd(1.5)],
  'stor-1k-active-16': [vsftpd(2)],
  'retr-1g-plain': [vsftpd(level)],
  'stor-1g-plain': [vsftpd(1.1)],
  'retr-1g-tls': [vsftpd(1.8)],
  'stor-1g-tls': [vsftpd(2)],
  list: [{ against: best, ratio: level }],
  mlsd: [{ against: best, ratio: level }],
  idle: [{ below: 40, of: 'KB' }],
  'relay-retr-1g': [direct(0.5)],
  'relay-stor-1g': [direct(0.5)],
  'relay-retr-1k-16': [{ above: 500, of: 'a second' }],
  'relay-stor-1k-16': [{ above: 500, of: 'a second' }],
  'relay-stalled-1k': [{ above: 0.9, of: 'of the speed alone' }],
  'crowd-refused': [{ below: 1, of: 'login' }],
  'crowd-idle': [{ below: 40, of: 'KB' }],
  'crowd-lag': [{ below: 50, of: 'ms' }],
  'soak-memory': [{ below: 32, of: 'MB' }],
  'soak-descriptors': [{ below: 4, of: 'descriptors' }],
  'relay-stalled-1g': [{ above: 0.9, of: 'of the speed alone' }],
};

/** Makes a row with the floors that are set for it; every row of ours has to be ahead of ftp-srv. */
export function serverRow(id: string, rest: Omit<Row, 'id' | 'floors'>): Row {
  return { id, ...rest, floors: [...(floors[id] ?? []), { against: 'ftp-srv', ratio: 1 }] };
}

/** Makes a row about a gateway or the relay, with the floors that are set for it. */
export function gatewayRow(id: string, rest: Omit<Row, 'id' | 'floors'>): Row {
  return { id, ...rest, floors: floors[id] ?? [] };
}

/** Makes a row about many sessions of a server of ours, with the floors that are set for it. */
export function crowdRow(id: string, rest: Omit<Row, 'id' | 'floors'>): Row {
  return { id, ...rest, floors: floors[id] ?? [] };
}

/** Rows about clients have no floors: the aim is to be ahead. */
export function clientRow(id: string, rest: Omit<Row, 'id' | 'floors'>): Row {
  return { id, ...rest, floors: [] };
}

/** Name of the floor that is set by whichever peer is best in the row. */
export const bestPeer = best;
