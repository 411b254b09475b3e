import { limits, type Run, reply } from '@duoport/protocol';
import type { Change } from '../command.ts';
import type { Settings } from '../settings.ts';
import { Pace } from './pace.ts';

/** What becomes of a session that floods. */
export const tooFast: Change = {
  reply: reply(421, 'Too many commands for too long: closing the control connection.'),
  limited: 'commands-per-second',
};

/** How fast the commands of one session may come: before the login, and after it where that is limited. */
export class CommandPace {
  readonly #settings: Settings;
  #pace: Pace | undefined;
  #held: NodeJS.Timeout | undefined;
  #over = false;

  constructor(settings: Settings) {
    this.#settings = settings;
    this.change(false);
  }

  /** Somebody has logged in, or out. */
  change(isLoggedIn: boolean): void {
    const { commandsPerSecond, floodTimeout } = this.#settings;
    const rate = commandsPerSecond ?? (isLoggedIn ? undefined : limits.commandsBeforeLogin);
    this.#pace = rate === undefined ? undefined : new Pace(rate, floodTimeout, performance.now());
  }

  /** Milliseconds that the command waits; undefined: too fast for too long. What ends something is never held up. */
  next({ row }: Run): number | undefined {
    if (this.#pace === undefined || row.verb === 'ABOR' || row.verb === 'QUIT') return 0;
    return this.#pace.next(performance.now());
  }

  /** What is pipelined behind it waits too, and soon nothing more is read. */
  hold(milliseconds: number, go: () => void): void {
    this.#held = setTimeout(() => {
      if (!this.#over) go();
    }, milliseconds);
  }

  end(): void {
    this.#over = true;
    clearTimeout(this.#held);
  }
}
