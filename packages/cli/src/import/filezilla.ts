import { SaxesParser } from 'saxes';
import { printable } from '../printable.ts';
import { UsageError } from '../usage-error.ts';
import { filezillaRows } from './filezilla-rows.ts';
import { type Directive, type Imported, none, portRange, type Row, Translation } from './options.ts';

/** Elements with text in them, by their path, and in the old format the items of Settings by their names. */
function parseFilezilla(text: string, file: string): readonly Directive[] {
  const parser = new SaxesParser({ xmlns: false });
  const found: Directive[] = [];
  const open: { readonly name: string; readonly line: number; text: string; isLeaf: boolean }[] = [];
  parser.on('error', (error) => {
    throw new UsageError(`${printable(file)}: ${printable(error.message.replace(/^undefined:/, 'line '))}`);
  });
  parser.on('opentag', ({ name, attributes }) => {
    const above = open.at(-1);
    if (above !== undefined) above.isLeaf = false;
    const item = name === 'Item' ? attributes['name'] : name === 'User' ? 'User' : undefined;
    open.push({ name: item ?? name, line: parser.line, text: '', isLeaf: true });
    if (name === 'User')
      found.push({ name: 'User', value: String(attributes['Name'] ?? ''), line: parser.line });
  });
  parser.on('text', (more) => {
    const last = open.at(-1);
    if (last !== undefined) last.text += more;
  });
  parser.on('closetag', () => {
    const closed = open.pop();
    const path = [...open.slice(1).map(({ name }) => name), closed?.name ?? ''];
    // Of users only the names are told, by their opening tags.
    if (closed?.isLeaf !== true || open.length === 0 || /^(?:Users|Groups)$/.test(path[0] ?? '')) return;
    const name = path[0] === 'Settings' ? path.slice(1).join('.') : path.join('.');
    found.push({ name, value: closed.text.trim(), line: closed.line });
  });
  parser.write(text).close();
  return found;
}

/** Names of the inner networks, whose clients get the address that they have dialled. */
const inside = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16'];

/** What FileZilla Server's file says, as our settings. Throws UsageError where it is no XML. */
export function importFilezilla(text: string, file: string): Imported {
  const all = parseFilezilla(text, file);
  const options = new Translation(all, Object.fromEntries(all.map(({ name }) => [name, rowOf(name)])));
  if (all.some(({ name }) => name.startsWith('ftp_server.'))) present(options, all);
  else classic(options);
  options.set('users', []);
  return options.done();
}

function rowOf(name: string): Row {
  if (Object.hasOwn(filezillaRows, name)) return filezillaRows[name] ?? none('');
  const section = Object.keys(filezillaRows).find(
    (row) => row.endsWith('.*') && name.startsWith(row.slice(0, -1)),
  );
  return (section === undefined ? undefined : filezillaRows[section]) ?? none('It has no equal.');
}

const pasv = 'ftp_server.session.pasv';

function present(options: Translation, all: readonly Directive[]): void {
  const listeners = listenersOf(all);
  if (listeners.length > 0)
    options.set(
      'listeners',
      listeners.map(({ mode: _, ...listener }) => listener),
    );
  const explicit = listeners.filter(({ mode }) => mode !== '1');
  const strict = explicit.filter(({ mode }) => mode === '2');
  if (explicit.some(({ mode }) => mode !== undefined) || strict.length < listeners.length)
    options.leave(
      'ftp_server.listener.tls_mode',
      'It needs a certificate first: then set tls.require, and tls: implicit of a listener.',
    );
  const [min, max] = [options.port(`${pasv}.port_range.min`), options.port(`${pasv}.port_range.max`)];
  if (min !== undefined && max !== undefined) range(options, min, max, `${pasv}.port_range.max`);
  const host = options.text(`${pasv}.host_override`);
  if (host === undefined || host === '') return;
  const local = options.yes(`${pasv}.do_not_override_host_if_peer_is_local`, true);
  options.set('passive.addresses', addresses(host, local));
}

interface Listener {
  readonly host?: string;
  readonly port: number;
  readonly mode: string | undefined;
}

function listenersOf(all: readonly Directive[]): readonly Listener[] {
  const of = (key: string) =>
    all.filter(({ name }) => name === `ftp_server.listener.${key}`).map(({ value }) => value);
  const [hosts, ports, modes] = [of('address'), of('port'), of('tls_mode')];
  return ports.flatMap((text, at): readonly Listener[] => {
    const [host, port] = [hosts[at], Number(text)];
    if (!Number.isInteger(port) || port < 1 || port > 65_535) return [];
    return [{ ...(host === undefined || host === '' ? {} : { host }), port, mode: modes[at] }];
  });
}

function addresses(host: string, local: boolean): readonly unknown[] {
  return local ? [{ address: 'local', clients: inside }, host] : [host];
}

function range(options: Translation, low: number, high: number, name: string): void {
  const found = portRange(low, high);
  if ('range' in found) options.set('passive.ports', found.range);
  else options.leave(name, found.problem);
}

function classic(options: Translation): void {
  const on = (name: string) => options.yes(name, false);
  const ssl = on('Enable SSL');
  classicListeners(options, ssl);
  if (on('Use custom PASV ports')) {
    const [min = 0, max = 0] = [options.port('Custom PASV min port'), options.port('Custom PASV max port')];
    range(options, min, max, 'Custom PASV max port');
  } else
    options.unused(
      ['Custom PASV min port', 'Custom PASV max port'],
      'They are not used: "Use custom PASV ports" is off.',
    );
  const host = options.text('Custom PASV IP') ?? '';
  if (options.text('Custom PASV IP type') === '1' && host !== '')
    options.set('passive.addresses', addresses(host, on('No External IP On Local')));
  else options.unused(['Custom PASV IP'], 'It is not used: "Custom PASV IP type" is not 1.');
  if (options.text('Check data connection IP') === '0') options.set('data.peers', 'any');
  else if (options.text('Check data connection IP') === '1')
    options.leave('Check data connection IP', 'The same network over there: name it in data.peers.');
  classicTls(options, ssl);
  const positive = (name: string) => options.number(name) || undefined;
  options.set('limits.sessions', positive('Maximum user count'));
  if (on('Autoban enable')) {
    options.set('defence.threshold', positive('Autoban attempts'));
    const hours = positive('Autoban time');
    options.set('defence.ban', hours && `${Math.min(hours, 24)}h`);
  } else {
    const off = 'It bans nobody over there; here it does, unless defence.enabled is false.';
    options.unused(['Autoban enable', 'Autoban attempts', 'Autoban time', 'Autoban type'], off);
  }
  options.set('timeouts.idle', positive('Timeout'));
  options.set('timeouts.login', positive('Login Timeout'));
  if (options.text('Mode Z Use') !== undefined) options.set('protocol.deflate', on('Mode Z Use'));
  if (options.text('Enable HASH') !== undefined) options.set('protocol.hash', on('Enable HASH'));
  const greeting = options.text('Initial Welcome Message') ?? '';
  if (/[\r\n%]/.test(greeting))
    options.leave(
      'Initial Welcome Message',
      'The greeting is one line without variables: protocol.greeting.',
    );
  else if (greeting !== '') options.set('protocol.greeting', greeting);
}

function classicListeners(options: Translation, ssl: boolean): void {
  const ports = (name: string) =>
    (options.text(name) ?? '')
      .split(/[\s,]+/)
      .filter((word) => /^\d{1,5}$/.test(word))
      .map(Number);
  const plain = [...ports('Serverports'), ...ports('Server port')];
  const bindings = (options.text('IP Bindings') ?? '*').split(/\s+/).filter((word) => word !== '');
  const family = options.yes('Disable IPv6', false) ? '0.0.0.0' : undefined;
  const hosts = bindings.map((word) => (word === '*' ? family : word));
  const all = hosts.flatMap((host) => [
    ...plain.map((port) => ({ ...(host === undefined ? {} : { host }), port })),
    ...(ssl
      ? ports('Implicit SSL ports').map((port) => ({
          ...(host === undefined ? {} : { host }),
          port,
          tls: 'implicit',
        }))
      : []),
  ]);
  if (all.length > 0) options.set('listeners', all);
}

function classicTls(options: Translation, ssl: boolean): void {
  if (!ssl) {
    const names = [
      'SSL Certificate file',
      'SSL Key file',
      'Implicit SSL ports',
      'Force explicit SSL',
      'Force PROT P',
    ];
    options.unused([...names, 'Force TLS session resumption'], 'TLS is off.');
    return;
  }
  options.set('tls.certificate', options.text('SSL Certificate file') || undefined);
  options.set('tls.key', options.text('SSL Key file') || undefined);
  const [control, data] = [options.yes('Force explicit SSL', false), options.yes('Force PROT P', false)];
  options.set('tls.require', control ? (data ? 'both' : 'control') : 'none');
  // It means: whoever has TLS on the one connection must have it on the other.
  if (data && !control)
    options.leave(
      'Force PROT P',
      'tls.require: data holds for clients without TLS too; set it if that is meant.',
    );
  options.set('tls.binding', options.yes('Force TLS session resumption', true) ? 'require' : 'prefer');
}
