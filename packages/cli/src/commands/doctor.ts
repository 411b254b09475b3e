import { type DoctorOptions, examine, type Report, renderReport } from '@duoport/doctor';
import { Command } from 'commander';
import { addDoctorFlags, type DoctorFlags } from '../doctor/flags.ts';
import { connectOptionsOf } from '../flags/connection-flags.ts';
import { findCredentials } from '../remote/credentials.ts';
import { parseRemote } from '../remote/remote.ts';
import { createTerminal, type ProcessIo, type Terminal } from '../terminal.ts';
import { CommandError, UsageError } from '../usage-error.ts';

const passiveVerbs = ['EPSV', 'PASV'] as const;
const activeVerbs = ['EPRT', 'PORT'] as const;
const idleTime = 6 * 60_000;

/** `duoport doctor URL`, `duoport doctor --config FILE` */
export function doctorCommand(io: ProcessIo): Command {
  const command = new Command('doctor')
    .description('find out why FTP does not get through, and what to change')
    .usage('URL [options] | --config FILE')
    .argument('[url]', 'ftp://[user[:password]@]host[:port]/ or ftps://…')
    .action((url: string | undefined, flags: DoctorFlags) => doctor(io, url, flags));
  return addDoctorFlags(command);
}

async function doctor(io: ProcessIo, url: string | undefined, flags: DoctorFlags): Promise<void> {
  const terminal = createTerminal(io, flags);
  if (flags.config !== undefined) {
    if (url !== undefined) throw new UsageError('A URL or --config: a run is about one or the other.');
    // Loaded only here: it is the whole schema of the settings.
    const { checkConfig } = await import('../doctor/check-config.ts');
    await checkConfig(terminal, flags.config);
    return;
  }
  if (url === undefined) throw new UsageError('Which server? Write its URL: duoport doctor ftp://HOST/');
  checkFlags(flags);
  const report = await examineWithProgress(io, terminal, await optionsOf(io, url, flags));
  print(io, terminal, report);
  judge(report, flags);
}

function checkFlags({ mode, require: wanted }: DoctorFlags): void {
  const other = mode === 'passive' ? 'active' : mode === 'active' ? 'passive' : undefined;
  if (other !== undefined && wanted?.[other] === true) {
    throw new UsageError(`--require ${other} cannot be found out with --mode ${mode}: leave --mode out.`);
  }
}

async function optionsOf(io: ProcessIo, url: string, flags: DoctorFlags): Promise<DoctorOptions> {
  const remote = parseRemote(url);
  const { passwordFile, netrc, mode, long } = flags;
  const credentials = await findCredentials(remote.target, { io, passwordFile, netrc });
  // Checks the flags against each other, and reads the CA file.
  const checked = await connectOptionsOf({ ...flags, netrc });
  const verbs = mode === 'passive' ? passiveVerbs : mode === 'active' ? activeVerbs : undefined;
  return {
    url,
    user: credentials.user,
    password: credentials.password,
    tls: flags.tls,
    insecure: flags.insecure,
    ca: checked.ca,
    fingerprint: flags.fingerprint,
    verbs,
    budget: flags.budget,
    patience: flags.patience,
    long: long === true ? idleTime : long,
    write: flags.write,
    portRange: flags.portRange,
    bindAddress: flags.bind,
    externalAddress: flags.externalAddress,
    sourcePort: flags.sourcePort,
    obeyPassiveAddress: flags.pasvAddress === 'reply',
    signal: io.interrupt,
  };
}

/** On a terminal one line that is rewritten, elsewhere a line a step: whoever waits a minute wants to see something move. */
async function examineWithProgress(
  io: ProcessIo,
  terminal: Terminal,
  options: DoctorOptions,
): Promise<Report> {
  let last = '';
  try {
    return await examine({
      ...options,
      onProgress: ({ text }) => {
        if (text === last) return;
        last = text;
        if (terminal.interactive) terminal.status(text.slice(0, terminal.columns - 1));
        else terminal.talk(text);
      },
    });
  } catch (error) {
    if (io.interrupt.aborted) throw new CommandError('Interrupted.', { cause: error });
    throw error;
  } finally {
    terminal.clearStatus();
  }
}

function print(io: ProcessIo, terminal: Terminal, report: Report): void {
  if (terminal.json) {
    terminal.object(report);
    return;
  }
  const color = io.stdout.isTTY === true && (io.env['NO_COLOR'] ?? '') === '' && io.env['TERM'] !== 'dumb';
  const { columns, unicode } = terminal;
  for (const line of renderReport(report, { columns, unicode, color })) terminal.result(line);
}

/** Ends with exit code 1 when not enough works. */
function judge({ works }: Report, { require: wanted }: DoctorFlags): void {
  const { passive, active } = works;
  if (wanted === undefined) {
    if (!passive && !active) throw new CommandError('Neither mode works.');
    return;
  }
  const missing = [
    ...(wanted.passive && !passive ? ['passive'] : []),
    ...(wanted.active && !active ? ['active'] : []),
  ];
  if (missing.length > 0) throw new CommandError(`Required, and does not work: ${missing.join(', ')}.`);
}
