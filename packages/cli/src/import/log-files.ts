import type { Translation } from './options.ts';

/** vsftpd writes what it has transferred to one of two files, or to both. */
export function vsftpdLogs(options: Translation): void {
  const names = ['xferlog_std_format', 'dual_log_enable', 'xferlog_file', 'vsftpd_log_file'];
  if (!options.yes('xferlog_enable', false)) {
    options.unused(names, 'Nothing is logged: there is no xferlog_enable=YES.');
    return;
  }
  const both = options.yes('dual_log_enable', false);
  const standard = options.yes('xferlog_std_format', false);
  if (standard || both) options.set('logs.xferlog', options.text('xferlog_file') ?? '/var/log/xferlog');
  else options.unused(['xferlog_file'], 'It counts with xferlog_std_format=YES only.');
  if (standard && !both) {
    options.unused(['vsftpd_log_file'], 'It does not count with xferlog_std_format=YES.');
    return;
  }
  options.set('logs.file', options.text('vsftpd_log_file') ?? '/var/log/vsftpd.log');
  options.set('logs.format', 'text');
}

/** `TransferLog` and `SystemLog` may say `none`. */
export function proftpdLogs(options: Translation): void {
  const file = (name: string) => {
    const value = options.text(name);
    return value === undefined || value.toLowerCase() === 'none' ? undefined : value;
  };
  options.set('logs.xferlog', file('TransferLog'));
  const system = file('SystemLog');
  options.set('logs.file', system);
  if (system !== undefined) options.set('logs.format', 'text');
}

/** `AltLog FORMAT:FILE` */
export function pureFtpdLogs(options: Translation): void {
  const value = options.text('AltLog');
  const [, format = '', path] = /^(\w+):(.+)$/.exec(value ?? '') ?? [];
  const key = { w3c: 'logs.w3c', xferlog: 'logs.xferlog' }[format.toLowerCase()];
  if (key !== undefined) options.set(key, path);
  else if (value !== undefined)
    options.leave('AltLog', 'Formats are xferlog and w3c: logs.xferlog, logs.w3c.');
}
