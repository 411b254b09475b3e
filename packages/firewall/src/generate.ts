import { type CheckedRequest, checkRequest } from './check.ts';
import { wrong } from './firewall-error.ts';
import type { Flow } from './flow.ts';
import { neededFlows } from './needed-flows.ts';
import { quoted } from './network.ts';
import { notesFor } from './notes.ts';
import { checkPlace, type Place } from './place.ts';
import type { FirewallRequest } from './request.ts';
import { type Answer, type Note, type Target, targets } from './rules.ts';
import { spreadRules } from './spread.ts';
import { steerRules } from './steer.ts';
import { targetFacts } from './target-facts.ts';
import { awsCli } from './targets/aws-cli.ts';
import { awsTerraform } from './targets/aws-terraform.ts';
import { azureCli } from './targets/azure-cli.ts';
import { azureTerraform } from './targets/azure-terraform.ts';
import { compose } from './targets/compose.ts';
import { docker } from './targets/docker.ts';
import { firewalld } from './targets/firewalld.ts';
import { googleCli } from './targets/google-cli.ts';
import { googleTerraform } from './targets/google-terraform.ts';
import { haproxy } from './targets/haproxy.ts';
import { iptables } from './targets/iptables.ts';
import { kubernetesPolicy } from './targets/kubernetes-policy.ts';
import { kubernetesService } from './targets/kubernetes-service.ts';
import { mikrotik } from './targets/mikrotik.ts';
import { nftables } from './targets/nftables.ts';
import { nginx } from './targets/nginx.ts';
import { openwrt } from './targets/openwrt.ts';
import { pf } from './targets/pf.ts';
import { ufw } from './targets/ufw.ts';
import { windowsNetsh } from './targets/windows-netsh.ts';
import { windowsPowershell } from './targets/windows-powershell.ts';

/** Writes one target. Gets a checked request, its flows, and a place in which every name is harmless. Pure. */
type Writer = (request: CheckedRequest, flows: readonly Flow[], place: Place) => Answer;

const writers: { readonly [target in Target]: Writer } = {
  nftables,
  iptables,
  ufw,
  firewalld,
  pf,
  'windows-netsh': windowsNetsh,
  'windows-powershell': windowsPowershell,
  mikrotik,
  openwrt,
  'aws-cli': awsCli,
  'aws-terraform': awsTerraform,
  'google-cli': googleCli,
  'google-terraform': googleTerraform,
  'azure-cli': azureCli,
  'azure-terraform': azureTerraform,
  docker,
  compose,
  'kubernetes-service': kubernetesService,
  'kubernetes-policy': kubernetesPolicy,
  haproxy,
  nginx,
};

/**
 * The rules that let FTP through one firewall, with their undo and what one has to know, or a refusal where the target
 * cannot say exactly that. Pure: the same request gives the same text. Throws FirewallError when the request makes no sense.
 */
export function firewallRules(target: Target, request: FirewallRequest, place: Place = {}): Answer {
  if (!targets.includes(target)) wrong(`${quoted(target)} is no target. Known: ${targets.join(', ')}.`);
  const checked = checkRequest(request);
  const { steer, spread } = checked;
  if (spread !== undefined) return spreadRules(target, { ...checked, spread });
  if (steer !== undefined) return steerRules(target, { ...checked, steer }, checkPlace(place));
  const flows = neededFlows(checked);
  const answer = writers[target](checked, flows, checkPlace(place));
  if (answer.kind === 'refused') return answer;
  return { ...answer, notes: [...notesFor(target, checked, flows), ...answer.notes, ...unproven(target)] };
}

function unproven(target: Target): readonly Note[] {
  const { proof, how, title } = targetFacts[target];
  if (proof === 'executed') return [];
  const text = `The rules for ${title} were ${how}, and never run on the real thing: look at them before you use them.`;
  return [{ code: 'not-executed', text }];
}
