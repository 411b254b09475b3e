import type { Target } from './rules.ts';

/** What a target is, and how far its rules have been tried. */
export interface TargetFacts {
  readonly title: string;
  /**
   * `executed`: loaded into the real thing. `parsed`: read by the product's own parser. `grammar`: only checked against its
   * documented grammar or schema.
   */
  readonly proof: 'executed' | 'parsed' | 'grammar';
  /** How, in one plain sentence part. */
  readonly how: string;
}

export const targetFacts: { readonly [target in Target]: TargetFacts } = {
  nftables: {
    title: 'nftables (Linux)',
    proof: 'executed',
    how: 'loaded into default-drop firewalls, tried with real transfers and a scan, undone',
  },
  iptables: {
    title: 'iptables and ip6tables (Linux)',
    proof: 'executed',
    how: 'loaded into default-drop firewalls, tried with real transfers and a scan, undone',
  },
  ufw: { title: 'ufw (Ubuntu, Debian)', proof: 'executed', how: 'run with Debian’s package, undone' },
  firewalld: {
    title: 'firewalld (Fedora, RHEL, SUSE)',
    proof: 'executed',
    how: 'run with Debian’s package, undone',
  },
  pf: {
    title: 'pf (OpenBSD, FreeBSD, macOS)',
    proof: 'grammar',
    how: 'checked against the grammar of pf.conf',
  },
  'windows-netsh': { title: 'Windows, netsh', proof: 'grammar', how: 'checked against the syntax of netsh' },
  'windows-powershell': {
    title: 'Windows, PowerShell',
    proof: 'grammar',
    how: 'checked against the parameters of the cmdlets',
  },
  mikrotik: { title: 'MikroTik RouterOS', proof: 'grammar', how: 'checked against its command syntax' },
  openwrt: { title: 'OpenWrt', proof: 'grammar', how: 'checked against the options of its firewall' },
  'aws-cli': {
    title: 'AWS security group, CLI',
    proof: 'grammar',
    how: 'checked against the CLI’s parameters',
  },
  'aws-terraform': {
    title: 'AWS security group, Terraform',
    proof: 'grammar',
    how: 'checked against the grammar',
  },
  'google-cli': {
    title: 'Google Cloud firewall, CLI',
    proof: 'grammar',
    how: 'checked against the CLI’s parameters',
  },
  'google-terraform': {
    title: 'Google Cloud firewall, Terraform',
    proof: 'grammar',
    how: 'checked against the grammar',
  },
  'azure-cli': {
    title: 'Azure security group, CLI',
    proof: 'grammar',
    how: 'checked against the CLI’s parameters',
  },
  'azure-terraform': {
    title: 'Azure security group, Terraform',
    proof: 'grammar',
    how: 'checked against the grammar',
  },
  docker: { title: 'docker run -p', proof: 'grammar', how: 'checked against the syntax of -p' },
  compose: {
    title: 'Docker Compose',
    proof: 'grammar',
    how: 'read back as YAML, checked against the schema',
  },
  'kubernetes-service': {
    title: 'Kubernetes Service',
    proof: 'grammar',
    how: 'read back as YAML, checked against the schema',
  },
  'kubernetes-policy': {
    title: 'Kubernetes NetworkPolicy',
    proof: 'grammar',
    how: 'read back as YAML, checked against the schema',
  },
  haproxy: { title: 'HAProxy', proof: 'grammar', how: 'checked against its grammar' },
  nginx: { title: 'nginx stream', proof: 'grammar', how: 'checked against its grammar' },
};
