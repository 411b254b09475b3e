import { findingCodes } from '@duoport/doctor';

/** docs/reference/doctor-findings.md: every code that the doctor can give. */
export function findingsPage(): string {
  return [
    '# What the doctor can find',
    '',
    'Generated from `packages/doctor/src/finding-codes.ts` by `npm run generate`. The codes are stable: scripts may name them. The order',
    'is the one in which findings of the same severity are printed.',
    '',
    '| code | meaning |',
    '|---|---|',
    ...Object.entries(findingCodes).map(([code, text]) => `| \`${code}\` | ${text} |`),
    '',
  ].join('\n');
}
