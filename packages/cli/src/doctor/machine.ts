import { createPrivateKey, X509Certificate } from 'node:crypto';
import { access, constants, readdir, readFile, stat } from 'node:fs/promises';
import { networkInterfaces } from 'node:os';
import { listenControl } from '@duoport/net';
import type { PortRange } from '../flags/values.ts';

/** What a machine has and allows, as far as it can be found out. Undefined: not known here. */
export interface Machine {
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly root: boolean;
  /** May open ports below `unprivilegedFrom`. */
  readonly mayBindLow: boolean;
  readonly unprivilegedFrom: number | undefined;
  readonly addresses: readonly string[];
  /** Ports on which somebody listens. */
  readonly listening: readonly number[];
  /** `host port` → error code, for the listeners that were tried. */
  readonly unbindable: ReadonlyMap<string, string>;
  readonly localPorts: PortRange | undefined;
  readonly reservedPorts: readonly PortRange[];
  readonly openFiles: number | undefined;
  readonly conntrack: { readonly count: number; readonly most: number } | undefined;
}

export interface FolderFacts {
  readonly path: string;
  readonly problem: string | undefined;
  readonly writable: boolean;
  readonly worldWritable: boolean;
}

export interface CertificateFacts {
  readonly problem: { readonly setting: string; readonly text: string } | undefined;
  readonly from: number;
  readonly until: number;
  readonly names: string;
  readonly hasNames: boolean;
  readonly selfSigned: boolean;
  readonly keyReadableByOthers: boolean;
  covers(name: string): boolean;
}

/** Looks at this machine. `wanted`: listeners to try for a moment. */
export async function lookAtMachine(
  wanted: readonly { readonly host: string | undefined; readonly port: number }[],
): Promise<Machine> {
  const root = process.getuid?.() === 0;
  const sysctl = (name: string): Promise<string | undefined> => readText(`/proc/sys/net/${name}`);
  const count = Number(await sysctl('netfilter/nf_conntrack_count'));
  const most = Number(await sysctl('netfilter/nf_conntrack_max'));
  const from = await sysctl('ipv4/ip_unprivileged_port_start');
  return {
    now: Date.now(),
    root,
    mayBindLow: root || (await hasBindCapability()),
    unprivilegedFrom: from === undefined ? undefined : Number(from),
    addresses: Object.values(networkInterfaces()).flatMap((list) =>
      (list ?? []).map(({ address }) => address),
    ),
    listening: await listeningPorts(),
    unbindable: await tryListeners(wanted),
    localPorts: rangeOf(await sysctl('ipv4/ip_local_port_range')),
    reservedPorts: ((await sysctl('ipv4/ip_local_reserved_ports')) ?? '')
      .split(',')
      .flatMap((text) => rangeOf(text) ?? []),
    openFiles: openFilesOf(await readText('/proc/self/limits')),
    conntrack: most > 0 ? { count, most } : undefined,
  };
}

export async function lookAtFolder(path: string): Promise<FolderFacts> {
  try {
    const facts = await stat(path);
    if (!facts.isDirectory()) return { path, problem: 'is a file', writable: false, worldWritable: false };
    await readdir(path);
    const writable = await access(path, constants.W_OK).then(
      () => true,
      () => false,
    );
    // With the sticky bit (/tmp) others cannot touch what is not theirs, but they can add.
    return { path, problem: undefined, writable, worldWritable: (facts.mode & 0o002) !== 0 };
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    const problem = code === 'ENOENT' ? 'there is no such folder' : `cannot be read (${code})`;
    return { path, problem, writable: false, worldWritable: false };
  }
}

export async function lookAtCertificate(
  certFile: string,
  keyFile: string,
  passphraseFile?: string,
): Promise<CertificateFacts> {
  const bad = (setting: string, text: string): CertificateFacts => ({
    problem: { setting, text },
    from: 0,
    until: 0,
    names: '',
    hasNames: false,
    selfSigned: false,
    keyReadableByOthers: false,
    covers: () => false,
  });
  const cert = await readText(certFile);
  if (cert === undefined) return bad('tls.certificate', 'The file cannot be read.');
  const key = await readText(keyFile);
  if (key === undefined) return bad('tls.key', 'The file cannot be read.');
  let parsed: X509Certificate;
  try {
    parsed = new X509Certificate(cert);
  } catch {
    return bad('tls.certificate', 'The file holds no PEM certificate.');
  }
  try {
    const passphrase = passphraseFile && (await readText(passphraseFile))?.split(/\r?\n/, 1)[0];
    if (!parsed.checkPrivateKey(createPrivateKey({ key, ...(passphrase ? { passphrase } : {}) })))
      return bad('tls.key', 'It is not the key of this certificate.');
  } catch {
    return bad(
      'tls.key',
      'The file holds no PEM private key without a passphrase, or with that of tls.passphrase-file.',
    );
  }
  const { mode } = await stat(keyFile);
  const names = parsed.subjectAltName ?? parsed.subject.replaceAll('\n', ', ');
  return {
    problem: undefined,
    from: Date.parse(parsed.validFrom),
    until: Date.parse(parsed.validTo),
    names: names.replaceAll(/(?:DNS|IP Address):/g, ''),
    hasNames: parsed.subjectAltName !== undefined,
    selfSigned: parsed.subject === parsed.issuer,
    keyReadableByOthers: process.platform !== 'win32' && (mode & 0o004) !== 0,
    covers: (name) => (parsed.checkIP(name) ?? parsed.checkHost(name)) !== undefined,
  };
}

async function readText(path: string): Promise<string | undefined> {
  return readFile(path, 'utf8').then(
    (text) => text.trim(),
    () => undefined,
  );
}

/** `32768 60999`, `50000-50100`, `50000`. */
function rangeOf(text: string | undefined): PortRange | undefined {
  const match = /^(\d+)(?:[\s-]+(\d+))?$/.exec((text ?? '').trim());
  return match?.[1] === undefined ? undefined : { low: Number(match[1]), high: Number(match[2] ?? match[1]) };
}

function openFilesOf(limits: string | undefined): number | undefined {
  const match = /^Max open files\s+(\d+)/m.exec(limits ?? '');
  return match === null ? undefined : Number(match[1]);
}

/** CAP_NET_BIND_SERVICE is bit 10. */
async function hasBindCapability(): Promise<boolean> {
  const match = /^CapEff:\s*([0-9a-f]+)$/m.exec((await readText('/proc/self/status')) ?? '');
  return match?.[1] !== undefined && (BigInt(`0x${match[1]}`) & (1n << 10n)) !== 0n;
}

/** State 0A is LISTEN; the port is the hexadecimal number after the colon of the local address. */
async function listeningPorts(): Promise<readonly number[]> {
  const tables = await Promise.all([readText('/proc/net/tcp'), readText('/proc/net/tcp6')]);
  const ports = tables.flatMap((table) =>
    [...(table ?? '').matchAll(/^\s*\d+: [0-9A-F]+:([0-9A-F]{4}) \S+ 0A /gm)].map((match) =>
      Number.parseInt(match[1] ?? '0', 16),
    ),
  );
  return [...new Set(ports)].sort((a, b) => a - b);
}

async function tryListeners(
  wanted: readonly { readonly host: string | undefined; readonly port: number }[],
): Promise<ReadonlyMap<string, string>> {
  const refused = new Map<string, string>();
  for (const { host, port } of wanted) {
    try {
      const listener = await listenControl({
        host,
        port,
        onConnection: (connection) => connection.destroy(),
      });
      await listener.close();
    } catch (error) {
      refused.set(`${host ?? ''} ${port}`, codeOf(error));
    }
  }
  return refused;
}

function codeOf(error: unknown): string {
  for (let at = error, depth = 0; at instanceof Error && depth < 5; at = at.cause, depth += 1) {
    if ('code' in at && typeof at.code === 'string' && /^E[A-Z]+$/.test(at.code)) return at.code;
  }
  return error instanceof Error ? error.message : String(error);
}
