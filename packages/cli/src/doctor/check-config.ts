import { lookupHost } from '@duoport/net';
import { type Config, readConfig } from '../config/read-config.ts';
import { defaultPassivePorts, planServe } from '../serve/plan.ts';
import type { Terminal } from '../terminal.ts';
import { wrap } from '../trace/wrap.ts';
import { CommandError, UsageError } from '../usage-error.ts';
import { advertisedAddress } from './checks/address.ts';
import { certificateCheck } from './checks/certificate.ts';
import type { Check, ServerCheck, Subject } from './checks/check.ts';
import { folderCheck, usersCheck } from './checks/folder.ts';
import { kernelLimits } from './checks/kernel.ts';
import { controlPorts, passiveRange, sourcePort } from './checks/ports.ts';
import { lookAtCertificate, lookAtFolder, lookAtMachine } from './machine.ts';

/** In the order in which they are printed. */
const checks: readonly ServerCheck[] = [
  folderCheck,
  usersCheck,
  controlPorts,
  passiveRange,
  advertisedAddress,
  sourcePort,
  certificateCheck,
  kernelLimits,
];

/** `duoport doctor --config FILE`: everything that can be known of a server before it runs. Fails when it would not run or not work. */
export async function checkConfig(terminal: Terminal, file: string): Promise<void> {
  const config = await readConfig(file);
  const found = await checkServer(config);
  const faults = found.filter(({ severity }) => severity === 'fault').length;
  const command = `duoport firewall --for nftables --config ${file}`;
  if (terminal.json) terminal.object({ file, ok: faults === 0, checks: found });
  else {
    for (const line of lines(found, terminal.columns)) terminal.result(line);
    if (faults === 0)
      terminal.result(`${'firewall'.padEnd(labelWidth)}${command} prints the rules that it needs`);
  }
  if (faults > 0)
    throw new CommandError(`${faults} ${faults === 1 ? 'fault' : 'faults'} to mend before this server runs.`);
}

async function checkServer(config: Config): Promise<readonly Check[]> {
  const subject = await subjectOf(config);
  const found = checks.flatMap((check) => check(subject));
  return [...(await together(config, found)), ...found];
}

/** What the settings say against each other. What a check has found out already is not told twice. */
async function together({ directory, flags }: Config, found: readonly Check[]): Promise<readonly Check[]> {
  try {
    await planServe(directory ?? '.', { grace: 0, ...flags });
    return [];
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    if (found.some(({ severity, setting }) => severity === 'fault' && /^(?:dir|tls-)/.test(setting)))
      return [];
    return [{ code: 'settings-contradict', severity: 'fault', setting: 'settings', text: error.message }];
  }
}

async function subjectOf({ directory, flags }: Config): Promise<Subject> {
  const listen = [
    ...(flags.listen ?? []).map((where) => ({ ...where, setting: 'listen' })),
    ...(flags.listenTls ?? []).map((where) => ({ ...where, setting: 'listen-tls' })),
  ];
  const { tlsCert, tlsKey } = flags;
  const passiveAddress = flags.passiveAddress ?? [];
  return {
    flags,
    modes: flags.modes ?? { passive: true, active: true },
    passivePorts: flags.passivePorts ?? defaultPassivePorts,
    passiveAddress,
    names: await namesOf(passiveAddress.map(({ address }) => address)),
    listen,
    folder: await lookAtFolder(directory ?? process.cwd()),
    certificate:
      tlsCert === undefined || tlsKey === undefined ? undefined : await lookAtCertificate(tlsCert, tlsKey),
    machine: await lookAtMachine(listen),
  };
}

async function namesOf(addresses: readonly string[]): Promise<ReadonlyMap<string, readonly string[]>> {
  const names = addresses.filter((address) => address !== 'local' && !/^[\d.]+$|:/.test(address));
  const found = await Promise.all(
    names.map(async (name) => [name, await lookupHost(name).catch(() => [])] as const),
  );
  return new Map(found);
}

const labelWidth = 21;

function lines(found: readonly Check[], columns: number): readonly string[] {
  return found.flatMap(({ severity, setting, text }) => {
    const label = setting.padEnd(labelWidth);
    const words = severity === 'ok' ? text : `${severity}: ${text}`;
    const wrapped = wrap(words, Math.max(40, Math.min(100, columns) - labelWidth));
    return wrapped.map((line, index) => `${index === 0 ? label : ' '.repeat(labelWidth)}${line}`);
  });
}
