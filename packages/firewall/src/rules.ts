import type { Flow } from './flow.ts';

/** What rules can be written for. */
export const targets = [
  'nftables',
  'iptables',
  'ufw',
  'firewalld',
  'pf',
  'windows-netsh',
  'windows-powershell',
  'mikrotik',
  'openwrt',
  'aws-cli',
  'aws-terraform',
  'google-cli',
  'google-terraform',
  'azure-cli',
  'azure-terraform',
  'docker',
  'compose',
  'kubernetes-service',
  'kubernetes-policy',
  'haproxy',
  'nginx',
] as const;
export type Target = (typeof targets)[number];

/** Something that the reader must know beside the rules. `code` is stable. */
export interface Note {
  readonly code: string;
  readonly text: string;
}

/** The answer for one target: rules with their undo, or a refusal. Nothing is ever widened to fit a target. */
export type Answer = Rules | Refusal;

export interface Rules {
  readonly kind: 'rules';
  readonly target: Target;
  /** What the texts are: commands for a shell, a file's contents, a PowerShell script … */
  readonly format: 'sh' | 'powershell' | 'file';
  /** Where a file goes, when it is one. */
  readonly file?: string | undefined;
  readonly apply: string;
  readonly undo: string;
  readonly flows: readonly Flow[];
  readonly notes: readonly Note[];
}

/** The target cannot say exactly this: why, and what comes nearest. */
export interface Refusal {
  readonly kind: 'refused';
  readonly target: Target;
  readonly because: string;
  readonly nearest: string;
}
