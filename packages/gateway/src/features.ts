import { encodeFeat, findVerb, type Reply, type VerbRow, verbs } from '@duoport/protocol';

/** What the gateway itself can do for its clients, whatever the server can. */
export interface OwnFeatures {
  readonly tls: boolean;
  readonly clearControl: boolean;
}

/**
 * The reply to FEAT: what concerns the control connection and the data connections is said by the gateway, for it ends
 * them; the rest is the server's.
 */
export function rewriteFeatures(server: Reply | undefined, own: OwnFeatures): Reply {
  const theirs = (server?.lines.slice(1, -1) ?? []).map((line) => line.trim()).filter(isTheirs);
  const ours = verbs.flatMap((row) => (row.feat !== undefined && isOurs(row, own) ? [row.feat] : []));
  return encodeFeat([...new Set([...ours, ...theirs])].sort());
}

function isOurs(row: VerbRow, { tls, clearControl }: OwnFeatures): boolean {
  if (row.opensData !== 'no') return row.power !== 'fxp-tls';
  if (row.power === 'clear-control') return clearControl;
  return row.power === 'tls' && tls;
}

/** `AUTH TLS` is said by the row of AUTH, `SITE PROBE` by that of its two words. */
function isTheirs(line: string): boolean {
  const [first = '', second = ''] = line.toUpperCase().split(/[\s;]+/);
  const row = findVerb(`${first} ${second}`) ?? findVerb(first);
  if (row === undefined) return line !== '';
  return row.opensData === 'no' && !ended.has(row.power);
}

/** Powers that end at the gateway. */
const ended: ReadonlySet<VerbRow['power']> = new Set([
  'tls',
  'clear-control',
  'probe',
  'passive',
  'active',
  'fxp-tls',
]);
