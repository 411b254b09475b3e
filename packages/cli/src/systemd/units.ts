import path from 'node:path';

/** What a service needs to know of its server. */
export interface UnitFacts {
  /** The program and its words, each absolute where it is a path. */
  readonly program: readonly string[];
  /** Absolute. */
  readonly config: string;
  readonly user: string;
  /** Folders that the server writes to, absolute. */
  readonly folders: readonly string[];
  readonly listeners: readonly {
    readonly host: string | undefined;
    readonly port: number;
    readonly implicitTls: boolean;
  }[];
  /** The server binds a port below 1024 itself: at its start, or for each transfer. */
  readonly lowPorts: boolean;
  /** The service manager opens the sockets. */
  readonly sockets: boolean;
  /** Milliseconds that running transfers get at the end. */
  readonly grace: number;
}

/** A file for the service manager. */
export interface UnitFile {
  readonly path: string;
  readonly text: string;
}

const folder = '/etc/systemd/system';

/** The files that make a service of a server. */
export function unitFiles(facts: UnitFacts): readonly UnitFile[] {
  const { user, sockets } = facts;
  const kinds = sockets ? socketFiles(facts) : [];
  return [
    { path: path.join(folder, 'duoport.service'), text: serviceText(facts, kinds) },
    ...kinds,
    {
      path: '/etc/sysusers.d/duoport.conf',
      text: `# Made by duoport install systemd.\nu ${user} - "duoport FTP server" /var/lib/duoport\n`,
    },
  ];
}

function serviceText(facts: UnitFacts, sockets: readonly UnitFile[]): string {
  const { program, config, user, lowPorts, grace } = facts;
  const duoport = program.map(quoted).join(' ');
  const names = sockets.map(({ path: file }) => path.basename(file)).join(' ');
  return lines([
    '# Made by duoport install systemd.',
    '[Unit]',
    'Description=duoport FTP server',
    'Wants=network-online.target',
    'After=network-online.target nss-lookup.target',
    ...(names === '' ? [] : [`Requires=${names}`, `After=${names}`]),
    '',
    '[Service]',
    'Type=notify',
    '# A restart leaves the service to a new process, which says so itself.',
    'NotifyAccess=all',
    `ExecStart=${duoport} serve --config ${quoted(config)}`,
    `ExecReload=${duoport} reload --pid $MAINPID`,
    'Restart=on-failure',
    'KillMode=mixed',
    `TimeoutStopSec=${Math.ceil(grace / 1000) + 15}`,
    `User=${user}`,
    'RuntimeDirectory=duoport',
    'StateDirectory=duoport',
    'LogsDirectory=duoport',
    'UMask=0027',
    'LimitNOFILE=65536',
    ...(names === '' ? [] : [`Sockets=${names}`]),
    '',
    '# What it needs, and nothing else.',
    ...(lowPorts
      ? ['AmbientCapabilities=CAP_NET_BIND_SERVICE', 'CapabilityBoundingSet=CAP_NET_BIND_SERVICE']
      : ['CapabilityBoundingSet=']),
    ...wall,
    ...homes(facts),
    '',
    '[Install]',
    'WantedBy=multi-user.target',
  ]);
}

/** Without MemoryDenyWriteExecute: Node compiles at run time. */
const wall = [
  'NoNewPrivileges=yes',
  'ProtectSystem=strict',
  'PrivateTmp=yes',
  'PrivateDevices=yes',
  'ProtectClock=yes',
  'ProtectHostname=yes',
  'ProtectControlGroups=yes',
  'ProtectKernelLogs=yes',
  'ProtectKernelModules=yes',
  'ProtectKernelTunables=yes',
  'ProtectProc=invisible',
  'RemoveIPC=yes',
  'RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX AF_NETLINK',
  'RestrictNamespaces=yes',
  'RestrictRealtime=yes',
  'RestrictSUIDSGID=yes',
  'LockPersonality=yes',
  'SystemCallArchitectures=native',
  'SystemCallFilter=@system-service',
  'SystemCallFilter=~@privileged @resources',
  'SystemCallErrorNumber=EPERM',
];

function homes({ folders, program, config }: UnitFacts): readonly string[] {
  const outermost = folders.filter((one) => !folders.some((other) => other !== one && isInside(one, other)));
  const isHome = [...folders, ...program, config].some((one) =>
    ['/home', '/root', '/run/user'].some((home) => isInside(one, home)),
  );
  return [
    ...(isHome
      ? ['# Folders of the server, or the program, lie in homes.', 'ProtectHome=no']
      : ['ProtectHome=yes']),
    ...outermost.map((one) => `ReadWritePaths=${quoted(one)}`),
  ];
}

function socketFiles({ listeners }: UnitFacts): readonly UnitFile[] {
  return [false, true].flatMap((tls) => {
    const some = listeners.filter(({ implicitTls }) => implicitTls === tls);
    const name = tls ? 'duoport-tls' : 'duoport';
    if (some.length === 0) return [];
    const text = lines([
      '# Made by duoport install systemd.',
      '[Unit]',
      `Description=Control ports of the duoport FTP server${tls ? ', TLS from the first byte' : ''}`,
      '',
      '[Socket]',
      ...some.map(({ host, port }) => `ListenStream=${address(host, port)}`),
      `FileDescriptorName=${tls ? 'tls' : 'ftp'}`,
      'Service=duoport.service',
      '',
      '[Install]',
      'WantedBy=sockets.target',
    ]);
    return [{ path: path.join(folder, `${name}.socket`), text }];
  });
}

function address(host: string | undefined, port: number): string {
  if (host === undefined) return String(port);
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

/** A word of a unit file: `%` and `$` begin something there. */
function quoted(word: string): string {
  const escaped = word.replaceAll('%', '%%').replaceAll('$', '$$$$');
  return /^[\w@%+=:,./$-]+$/.test(escaped) ? escaped : `"${escaped.replace(/["\\]/g, '\\$&')}"`;
}

function isInside(one: string, other: string): boolean {
  return one === other || one.startsWith(other.endsWith('/') ? other : `${other}/`);
}

function lines(all: readonly string[]): string {
  return `${all.join('\n')}\n`;
}
