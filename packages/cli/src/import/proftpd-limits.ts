import type { Translation } from './options.ts';

/** Times, and how much there may be. */
export function proftpdLimits(options: Translation): void {
  const time = (name: string) => options.number(name) || undefined;
  options.set('timeouts.idle', time('TimeoutIdle'));
  options.set('timeouts.login', time('TimeoutLogin'));
  options.set('timeouts.stall', time('TimeoutStalled'));
  const first = (name: string): number | undefined => {
    const word = (options.text(name) ?? '').split(/\s+/, 1)[0] ?? '';
    return /^\d{1,6}$/.test(word) && word !== '0' ? Number(word) : undefined;
  };
  options.set('limits.login-attempts', first('MaxLoginAttempts'));
  const [, commands, seconds = '1'] =
    /^(\d{1,6})(?:\s+(\d{1,4})(?:\.\d+)?)?$/.exec(options.text('MaxCommandRate') ?? '') ?? [];
  if (commands !== undefined && Number(commands) > 0 && Number(seconds) > 0)
    options.set('limits.commands-per-second', Math.ceil(Number(commands) / Number(seconds)));
  if (!options.yes('BanEngine', true)) options.set('defence.enabled', false);
  options.set('limits.sessions', first('MaxClients') ?? first('MaxInstances'));
  options.set('limits.sessions-per-address', first('MaxClientsPerHost') ?? first('MaxConnectionsPerHost'));
}
