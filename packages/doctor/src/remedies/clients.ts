import type { Remedy } from '../report.ts';

/** Where clients switch between the modes. */
interface ClientSwitch {
  readonly product: string;
  readonly passive: string;
  readonly active: string;
}

const clientSwitches: readonly ClientSwitch[] = [
  { product: 'duoport', passive: '--mode passive', active: '--mode active' },
  {
    product: 'FileZilla',
    passive: 'Site Manager > Transfer Settings > Passive',
    active: 'Site Manager > Transfer Settings > Active',
  },
  {
    product: 'WinSCP',
    passive: 'Login > Advanced > Connection > Passive mode: On',
    active: 'Login > Advanced > Connection > Passive mode: Off',
  },
  {
    product: 'Total Commander',
    passive: 'FTP connection details > "Use passive mode for transfers" ticked',
    active: 'FTP connection details > "Use passive mode for transfers" not ticked',
  },
  {
    product: 'Cyberduck',
    passive: 'Bookmark > More Options > Connect Mode: Passive',
    active: 'Bookmark > More Options > Connect Mode: Active',
  },
  { product: 'lftp', passive: 'set ftp:passive-mode yes', active: 'set ftp:passive-mode no' },
  { product: 'curl', passive: 'leave out --ftp-port (passive is its default)', active: '--ftp-port -' },
  { product: 'ncftp', passive: 'set passive on', active: 'set passive off' },
  { product: 'Python ftplib', passive: 'ftp.set_pasv(True)', active: 'ftp.set_pasv(False)' },
  {
    product: 'rclone',
    passive: 'it knows nothing else',
    active: 'it has no active mode: use another client',
  },
  {
    product: 'Windows ftp.exe',
    passive:
      'it has no passive mode ("literal PASV" changes nothing): use another client, curl.exe comes with Windows',
    active: 'it knows nothing else',
  },
  {
    product: 'Windows Explorer',
    passive: 'Internet Options > Advanced > "Use Passive FTP" ticked',
    active: 'Internet Options > Advanced > "Use Passive FTP" not ticked',
  },
  {
    product: 'browsers',
    passive: 'Firefox, Chrome, Edge and Safari have no FTP any more: use another client',
    active: 'Firefox, Chrome, Edge and Safari have no FTP any more: use another client',
  },
];

/** "Use the other mode", which was seen to work, and where each client switches. */
export function otherMode(mode: 'passive' | 'active'): readonly Remedy[] {
  const other = mode === 'passive' ? 'active' : 'passive';
  return [
    { kind: 'mode', mode, text: `Use ${mode} mode, which works here, in place of ${other} mode.` },
    ...clientSwitches.map(
      (one): Remedy => ({
        kind: 'setting',
        side: 'client',
        product: one.product,
        setting: one[mode],
        text: `${one.product}: ${one[mode]}`,
      }),
    ),
  ];
}
