import type { CheckedRequest } from '../../check.ts';

/** Shell lines that load what no rule loads by itself. */
export function moduleLines(request: CheckedRequest): readonly string[] {
  if (!request.helper || request.nat === undefined) return [];
  return [
    '# Translation needs nf_nat_ftp beside nf_conntrack_ftp: without it the helper reads addresses and cannot rewrite them.',
    "modprobe nf_nat_ftp 2>/dev/null || echo 'nf_nat_ftp could not be loaded: fine if it is built into the kernel' >&2",
  ];
}
