import { type Command, InvalidArgumentError, Option } from 'commander';
import { addConnectionFlags, type ConnectionFlags } from '../flags/connection-flags.ts';
import { type ModeSet, parseDuration, parseModes, parsePort } from '../flags/values.ts';

/** The flags of `duoport doctor`. Times in milliseconds. */
export interface DoctorFlags
  extends Pick<
    ConnectionFlags,
    | 'mode'
    | 'portRange'
    | 'externalAddress'
    | 'bind'
    | 'pasvAddress'
    | 'tls'
    | 'insecure'
    | 'fingerprint'
    | 'ca'
    | 'passwordFile'
    | 'netrc'
    | 'json'
    | 'quiet'
  > {
  readonly require?: ModeSet;
  readonly budget?: number;
  readonly patience?: number;
  /** True: the flag without a time. */
  readonly long?: number | true;
  readonly write?: boolean;
  readonly sourcePort?: number;
  readonly config?: string;
}

const shared: ReadonlySet<keyof ConnectionFlags> = new Set([
  'mode',
  'portRange',
  'externalAddress',
  'bind',
  'pasvAddress',
  'tls',
  'insecure',
  'fingerprint',
  'ca',
  'passwordFile',
  'netrc',
  'json',
  'quiet',
] as const);

/** Adds the flags of {@link DoctorFlags} to a command. */
export function addDoctorFlags(command: Command): Command {
  const own = [
    new Option('--require <modes>', 'exit code 0 only when all of these work: passive,active').argParser(
      parseModes,
    ),
    new Option('--budget <time>', 'for the whole run, --long not counted (default: 60s)').argParser(
      parseBudget,
    ),
    new Option(
      '--patience <time>',
      'how long a data connection that nobody answers is waited for (default: 4s)',
    ).argParser(parseDuration),
    new Option(
      '--long [time]',
      'also keep a control connection silent for so long and see whether it lives (alone: 6m)',
    ).argParser(parseDuration),
    new Option('--write', 'also store one small file and remove it again; without it nothing is written'),
    new Option(
      '--source-port <port>',
      'active mode: the port that the server dials from, when it is known',
    ).argParser((text) => parsePort(text)),
    new Option(
      '--config <file>',
      'check the settings of a server of our own before it runs, in place of a URL',
    ),
  ];
  for (const option of own) command.addOption(option);
  return addConnectionFlags(command, shared);
}

function parseBudget(text: string): number {
  const budget = parseDuration(text);
  if (budget < 5000) throw new InvalidArgumentError('A run needs at least 5s.');
  return budget;
}
