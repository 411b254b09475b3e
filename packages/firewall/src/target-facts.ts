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
    how: 'read back through a grammar after pf.conf(5)',
  },
  'windows-netsh': {
    title: 'Windows, netsh',
    proof: 'grammar',
    how: 'read back with the options of netsh’s help text',
  },
  'windows-powershell': {
    title: 'Windows, PowerShell',
    proof: 'grammar',
    how: 'read back with the parameters of the cmdlet',
  },
  mikrotik: {
    title: 'MikroTik RouterOS',
    proof: 'grammar',
    how: 'read back with the properties of the RouterOS manual',
  },
  openwrt: { title: 'OpenWrt', proof: 'grammar', how: 'read back with the options of fw4 and fw3' },
  'aws-cli': {
    title: 'AWS security group, CLI',
    proof: 'grammar',
    how: 'read by the AWS CLI without sending them, and read back',
  },
  'aws-terraform': {
    title: 'AWS security group, Terraform',
    proof: 'grammar',
    how: 'read by terraform fmt, and read back with the provider’s arguments',
  },
  'google-cli': {
    title: 'Google Cloud firewall, CLI',
    proof: 'grammar',
    how: 'read by gcloud without sending them, and read back',
  },
  'google-terraform': {
    title: 'Google Cloud firewall, Terraform',
    proof: 'grammar',
    how: 'read by terraform fmt, and read back with the provider’s arguments',
  },
  'azure-cli': {
    title: 'Azure security group, CLI',
    proof: 'grammar',
    how: 'read back with the options of az',
  },
  'azure-terraform': {
    title: 'Azure security group, Terraform',
    proof: 'grammar',
    how: 'read by terraform fmt, and read back with the provider’s arguments',
  },
  docker: { title: 'docker run -p', proof: 'grammar', how: 'read back through the syntax of --publish' },
  compose: { title: 'Docker Compose', proof: 'grammar', how: 'read by docker-compose config, and read back' },
  'kubernetes-service': {
    title: 'Kubernetes Service',
    proof: 'grammar',
    how: 'read back as YAML with the fields of the API',
  },
  'kubernetes-policy': {
    title: 'Kubernetes NetworkPolicy',
    proof: 'grammar',
    how: 'read back as YAML with the fields of the API',
  },
  haproxy: {
    title: 'HAProxy',
    proof: 'executed',
    how: 'read and run by Debian’s haproxy, real transfers through it',
  },
  nginx: {
    title: 'nginx stream',
    proof: 'executed',
    how: 'read and run by Debian’s nginx, real transfers through it',
  },
};
