import { type Reply, type Run, reply } from '@duoport/protocol';
import type { Settings } from './options.ts';

export type Protection = 'clear' | 'private';

/** AUTH, PBSZ, PROT, CCC: TLS of the client's side is the gateway's own affair (RFC 4217). */
export function answerLocally(
  { row, command }: Run,
  settings: Settings,
): { readonly answer: Reply; readonly protection?: Protection } {
  const argument = command.argument ?? '';
  if (settings.tls === undefined) return { answer: reply(502, 'TLS is not set up on this gateway') };
  switch (row.verb) {
    case 'AUTH':
      return { answer: auth(argument) };
    case 'PBSZ':
      return {
        answer: /^\d{1,10}$/.test(argument) ? reply(200, 'PBSZ=0') : reply(501, 'PBSZ needs a number'),
      };
    case 'PROT':
      return prot(argument, settings);
    case 'CCC':
      return {
        answer: settings.allowClear
          ? reply(200, 'The control connection goes on in the clear')
          : reply(534, 'The control connection must stay secure here'),
      };
    default:
      return { answer: reply(502, `${row.verb} is not available here`) };
  }
}

/**
 * NOOP and STAT beside a transfer of which `moved` bytes have passed. Many servers read no command before the end of a transfer, and a
 * STAT of a path could not be told from the transfer's own end by its reply.
 */
export function beside({ row, command }: Run, moved: number): Reply {
  if (row.verb === 'NOOP') return reply(200, 'Nothing done');
  if (row.verb !== 'STAT' || command.argument !== undefined)
    return reply(450, `${row.verb} has to wait for the end of the transfer`);
  return reply(211, 'Status of the gateway:', ` ${moved} bytes transferred so far`, 'End');
}

/** RFC 4217 §4. */
function auth(argument: string): Reply {
  const known = ['TLS', 'TLS-C', 'SSL'].includes(argument.toUpperCase());
  if (known) return reply(234, 'Start the TLS handshake');
  return reply(504, `Security mechanism ${argument} is not known here; use AUTH TLS`);
}

/** RFC 4217 §9. */
function prot(argument: string, settings: Settings): { answer: Reply; protection?: Protection } {
  const { requireTls = 'none' } = settings.commands;
  switch (argument.toUpperCase()) {
    case 'P':
      return { answer: reply(200, 'Data connections are protected'), protection: 'private' };
    case 'C':
      if (requireTls === 'data' || requireTls === 'both')
        return { answer: reply(534, 'Data connections must be protected here') };
      return { answer: reply(200, 'Data connections are in the clear'), protection: 'clear' };
    case 'S':
    case 'E':
      return { answer: reply(536, `PROT ${argument} is not possible with TLS; use PROT P`) };
    default:
      return { answer: reply(504, 'PROT takes C or P') };
  }
}
