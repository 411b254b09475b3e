import { lookupHost } from '@duoport/net';
import { type Effective, loadSettings } from '../config/load-settings.ts';
import { planServe, ruleOf } from '../serve/plan.ts';
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
  const found = await checkServer(await loadSettings({ file, env: terminal.io.env }));
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

async function checkServer(effective: Effective): Promise<readonly Check[]> {
  const subject = await subjectOf(effective);
  const found = checks.flatMap((check) => check(subject));
  return [...(await together(effective, found)), ...found];
}

/** What still keeps the server from its start. What a check has found out already is not told twice. */
async function together(effective: Effective, found: readonly Check[]): Promise<readonly Check[]> {
  try {
    await planServe(effective);
    return [];
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    if (found.some(({ severity, setting }) => severity === 'fault' && /^(?:directory|tls\.)/.test(setting)))
      return [];
    return [{ code: 'settings-unusable', severity: 'fault', setting: 'settings', text: error.message }];
  }
}

async function subjectOf({ settings }: Effective): Promise<Subject> {
  const { passive, active, tls } = settings;
  const listen = (settings.listeners ?? []).map(({ host, port }) => ({ setting: 'listeners', host, port }));
  const passiveAddress = (passive.addresses ?? []).map(ruleOf);
  return {
    settings,
    modes: { passive: passive.enabled, active: active.enabled },
    passivePorts: passive.ports,
    passiveAddress,
    names: await namesOf(passiveAddress.map(({ address }) => address)),
    listen,
    folder: await lookAtFolder(settings.directory),
    certificate:
      tls.certificate === undefined || tls.key === undefined
        ? undefined
        : await lookAtCertificate(tls.certificate, tls.key, tls['passphrase-file']),
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
