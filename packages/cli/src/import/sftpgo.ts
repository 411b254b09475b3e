import { parseSettings } from '../config/document.ts';
import { isTree, type Tree } from '../config/tree.ts';
import { type Directive, type Imported, none, portRange, type Row, Translation } from './options.ts';
import { sftpgoRows } from './sftpgo-rows.ts';

/** What of the file is told: FTP, what is common to all, and the names of the rest. Items of bindings share a name. */
function directives(tree: Tree, lines: ReadonlyMap<string, number>): readonly Directive[] {
  const found: Directive[] = [];
  const walk = (value: unknown, path: string): void => {
    const name = path.replace(/^ftpd\.bindings\.\d+/, 'ftpd.bindings.*');
    const top = !path.includes('.');
    if (isTree(value) && (!top || path === 'ftpd' || path === 'common')) {
      for (const [key, inner] of Object.entries(value)) walk(inner, `${path}.${key}`);
    } else if (path === 'ftpd.bindings' && Array.isArray(value)) {
      for (const [index, item] of value.entries()) walk(item, `${path}.${index}`);
    } else {
      const plain = typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value ?? '');
      found.push({ name, value: plain === '[]' || plain === '{}' ? '' : plain, line: lines.get(path) ?? 1 });
    }
  };
  for (const [key, value] of Object.entries(tree)) walk(value, key);
  return found;
}

/** `common.setstat_mode` has no row of its own. */
function rowOf(name: string): Row {
  const section = /^(common\.defender|common|ftpd)\./.exec(name)?.[1];
  return sftpgoRows[name] ?? sftpgoRows[`${section}.*`] ?? none('It has no equal.');
}

/** What sftpgo.json says about its FTP server, as our settings. Throws UsageError where it is no JSON. */
export function importSftpgo(text: string, file: string): Imported {
  const { tree, lines } = parseSettings(text, file);
  if (!isTree(tree)) return { tree: {}, notes: [] };
  const all = directives(tree, lines);
  const options = new Translation(all, Object.fromEntries(all.map(({ name }) => [name, rowOf(name)])));
  const ftpd = isTree(tree['ftpd']) ? tree['ftpd'] : {};
  const bindings = (Array.isArray(ftpd['bindings']) ? ftpd['bindings'] : []).filter(isTree);
  const open = bindings.filter(({ port }) => typeof port === 'number' && port > 0);
  if (open.length === 0)
    options.note('ftpd.bindings', 'FTP is off there (port 0): name the ports in listeners.');
  bound(options, open);
  passive(options, ftpd, open);
  options.set('protocol.greeting', options.text('ftpd.banner') || undefined);
  options.set('protocol.hash', options.number('ftpd.hash_support') === 1);
  if (options.yes('ftpd.disable_active_mode', false)) options.set('active.enabled', false);
  else if (
    options.text('ftpd.active_transfers_port_non_20') !== undefined &&
    !options.yes('ftpd.active_transfers_port_non_20', true)
  )
    options.set('active.source-port', 20);
  const mode = options.number('common.upload_mode');
  // Bits: 1 atomic, 2 atomic and what broke off can go on; the others are for cloud storage.
  if (mode !== undefined && (mode & 3) !== 0) options.set('uploads.mode', 'atomic');
  if (mode !== undefined && (mode & 3) === 1) options.set('uploads.partial', 'remove');
  const minutes = options.number('common.idle_timeout') || undefined;
  options.set('timeouts.idle', minutes === undefined ? undefined : `${minutes}m`);
  defender(
    options,
    all.map(({ name }) => name),
  );
  options.set('limits.sessions', options.number('common.max_total_connections') || undefined);
  options.set('limits.sessions-per-address', options.number('common.max_per_host_connections') || undefined);
  proxies(options, isTree(tree['common']) ? tree['common'] : {}, open);
  options.set('users', []);
  return options.done();
}

/** Off over there, duoport's own stays as it is. */
function defender(options: Translation, names: readonly string[]): void {
  const of = (key: string) => `common.defender.${key}`;
  if (!options.yes(of('enabled'), false)) {
    const off = 'It bans nobody over there; here it does, unless defence.enabled is false.';
    options.unused(
      names.filter((name) => name.startsWith(of(''))),
      off,
    );
    return;
  }
  options.set('defence.threshold', options.number(of('threshold'), 1));
  const minutes = options.number(of('ban_time'), 1);
  options.set('defence.ban', minutes && `${Math.min(minutes, 1440)}m`);
  options.set('defence.weight-login', options.number(of('score_valid')));
  options.set('defence.weight-too-many-sessions', options.number(of('score_limit_exceeded')));
}

function bound(options: Translation, open: readonly Tree[]): void {
  const certificate = options.text('ftpd.certificate_file') || undefined;
  options.set('tls.certificate', certificate);
  options.set('tls.key', options.text('ftpd.certificate_key_file') || undefined);
  if (open.length > 0) {
    options.set(
      'listeners',
      open.map(({ address, port, tls_mode: mode }) => ({
        ...(typeof address === 'string' && address !== '' ? { host: address } : {}),
        port,
        ...(mode === 2 && certificate !== undefined ? { tls: 'implicit' } : {}),
      })),
    );
  }
  if (certificate === undefined) return;
  const explicit = open.filter(({ tls_mode: mode }) => mode !== 2);
  const strict = explicit.filter(({ tls_mode: mode }) => mode === 1);
  if (strict.length > 0 && strict.length === explicit.length) options.set('tls.require', 'both');
  else if (strict.length > 0)
    options.leave('ftpd.bindings.*.tls_mode', 'tls.require holds for all listeners: set it yourself.');
  if (open.some(({ tls_session_reuse: reuse }) => reuse === 1)) options.set('tls.binding', 'require');
  if (open.some(({ min_tls_version: version }) => version === 13))
    options.set('tls.minimum-version', 'TLSv1.3');
}

/** Who may send PROXY headers there must be named here: nobody is believed unasked. */
function proxies(options: Translation, common: Tree, open: readonly Tree[]): void {
  const asked = Number(common['proxy_protocol'] ?? 0) > 0;
  if (!asked || !open.some(({ apply_proxy_config: applied }) => applied !== false)) return;
  const allowed = common['proxy_allowed'];
  if (Array.isArray(allowed) && allowed.length > 0) options.set('proxy.control', allowed);
  else
    options.leave('common.proxy_protocol', 'It names nobody in proxy_allowed: set proxy.control yourself.');
}

function passive(options: Translation, ftpd: Tree, open: readonly Tree[]): void {
  const range = isTree(ftpd['passive_port_range']) ? ftpd['passive_port_range'] : {};
  const [low, high] = [Number(range['start'] ?? 50_000), Number(range['end'] ?? 50_100)];
  const found = portRange(low, high);
  if ('range' in found) options.set('passive.ports', found.range);
  else options.leave('ftpd.passive_port_range.start', found.problem);
  const addresses = open.flatMap((binding) => addressesOf(binding));
  if (addresses.length > 0) options.set('passive.addresses', addresses);
  const loose = open.filter((one) => one['passive_connections_security'] === 1);
  const both = loose.filter((one) => one['active_connections_security'] === 1);
  if (both.length > 0 && both.length === open.length) options.set('data.peers', 'any');
  else if (loose.length > 0 || open.some((one) => one['active_connections_security'] === 1)) {
    const reason = 'data.peers holds for both modes and all listeners: set it yourself.';
    for (const way of ['passive', 'active'])
      options.leave(`ftpd.bindings.*.${way}_connections_security`, reason);
  }
}

function addressesOf(binding: Tree): readonly unknown[] {
  const overrides = Array.isArray(binding['passive_ip_overrides'])
    ? binding['passive_ip_overrides'].filter(isTree)
    : [];
  const own = [binding['force_passive_ip'], binding['passive_host']].find(
    (one) => typeof one === 'string' && one !== '',
  );
  const rules = overrides.map(({ networks, ip }) => ({
    address: ip === '' ? 'local' : ip,
    clients: networks,
  }));
  return own === undefined ? rules : [...rules, own];
}
