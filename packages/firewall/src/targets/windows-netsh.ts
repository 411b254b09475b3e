import { rules } from '../answer.ts';
import type { CheckedRequest } from '../check.ts';
import type { Flow } from '../flow.ts';
import type { Answer } from '../rules.ts';
import { type WindowsRule, windowsNotes, windowsRefusal, windowsRules } from './shared/windows.ts';

/** A batch file for an elevated Command Prompt. Values are quoted whole, so PowerShell takes the lines as well. */
export function windowsNetsh(request: CheckedRequest, flows: readonly Flow[]): Answer {
  const refusal = windowsRefusal('windows-netsh', request, flows);
  if (refusal !== undefined) return refusal;
  const all = windowsRules(request, flows);
  return rules('windows-netsh', flows, {
    format: 'file',
    file: 'duoport-firewall.cmd',
    apply: [...(request.helper ? ['netsh advfirewall show global statefulftp'] : []), ...all.map(addition)],
    undo: all.map(
      ({ name, direction }) =>
        `netsh advfirewall firewall delete rule name="${name}" dir=${direction} protocol=TCP`,
    ),
    notes: windowsNotes(request),
  });
}

function addition(rule: WindowsRule): string {
  const options = [
    `name="${rule.name}"`,
    `description="${rule.description}"`,
    `dir=${rule.direction}`,
    'action=allow',
    'protocol=TCP',
    ...listed('localip', rule.localAddresses),
    ...listed('localport', rule.localPorts),
    ...listed('remoteip', rule.remoteAddresses),
    ...listed('remoteport', rule.remotePorts),
  ];
  return `netsh advfirewall firewall add rule ${options.join(' ')}`;
}

function listed(option: string, values: readonly string[]): readonly string[] {
  return values.length === 0 ? [] : [`${option}="${values.join(',')}"`];
}
