import { rules } from '../answer.ts';
import type { CheckedRequest } from '../check.ts';
import type { Flow } from '../flow.ts';
import type { Answer } from '../rules.ts';
import { type WindowsRule, windowsNotes, windowsRefusal, windowsRules } from './shared/windows.ts';

/** For an elevated PowerShell with the NetSecurity module, which every Windows since 8 and Server 2012 has. */
export function windowsPowershell(request: CheckedRequest, flows: readonly Flow[]): Answer {
  const refusal = windowsRefusal('windows-powershell', request, flows);
  if (refusal !== undefined) return refusal;
  const all = windowsRules(request, flows);
  return rules('windows-powershell', flows, {
    format: 'powershell',
    apply: [...(request.helper ? inspection : []), ...all.map(addition)],
    undo: all.length === 0 ? [] : [`Remove-NetFirewallRule -Name ${words(all.map(({ name }) => name))}`],
    notes: windowsNotes(request),
  });
}

const inspection = [
  "if ((Get-NetFirewallSetting -PolicyStore ActiveStore).EnableStatefulFtp -eq 'False') {",
  "  throw 'FTP inspection is off. Turn it on first: Set-NetFirewallSetting -EnableStatefulFtp True'",
  '}',
];

function addition(rule: WindowsRule): string {
  const options = [
    `-Name '${rule.name}'`,
    `-DisplayName '${rule.name}'`,
    "-Group 'duoport'",
    `-Description '${rule.description}'`,
    `-Direction ${rule.direction === 'in' ? 'Inbound' : 'Outbound'}`,
    '-Action Allow',
    '-Protocol TCP',
    ...listed('-LocalAddress', rule.localAddresses),
    ...listed('-LocalPort', rule.localPorts),
    ...listed('-RemoteAddress', rule.remoteAddresses),
    ...listed('-RemotePort', rule.remotePorts),
  ];
  return ['New-NetFirewallRule', ...options.map((option) => `  ${option}`)].join(' `\n');
}

function listed(option: string, values: readonly string[]): readonly string[] {
  return values.length === 0 ? [] : [`${option} ${words(values)}`];
}

function words(values: readonly string[]): string {
  return values.map((value) => `'${value}'`).join(', ');
}
