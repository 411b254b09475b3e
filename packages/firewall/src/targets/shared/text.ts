import { plain } from '../../text.ts';

/** A reason as the comment of a rule. The mark before it tells an administrator whose rule it is. */
export function comment(why: string, most = 120): string {
  return cut(plain(`duoport: ${why}`, 1000), most);
}

/** Cut at a word's end, with dots to show it. */
function cut(text: string, most: number): string {
  if (text.length <= most) return text;
  const room = text.slice(0, most - 3);
  const space = room.lastIndexOf(' ');
  return `${space > most / 2 ? room.slice(0, space) : room}...`;
}

/** One word of a POSIX shell, whatever is in it. */
export function shellWord(text: string): string {
  return /^[A-Za-z0-9_./:=,@+-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

/** Commands that stop at the first that fails: half of the rules would be found out too late. */
export function script(commands: readonly string[]): readonly string[] {
  return commands.length === 0 ? [] : ['set -e', ...commands];
}

/** A command over several lines, one option a line. */
export function command(first: string, options: readonly string[]): string {
  return [first, ...options.map((option) => `  ${option}`)].join(' \\\n');
}

/**
 * A name that only the administrator knows, as shell text: what the place says, or else a variable without which the
 * script stops at once and says what it wants.
 */
export function shellName(value: string | undefined, variable: string, what: string): string {
  return value === undefined ? `"\${${variable}:?${what}}"` : shellWord(value);
}
