import { InvalidArgumentError } from 'commander';

/** Which of the networks or cases. */
export function parsePattern(text: string): RegExp {
  try {
    return new RegExp(text);
  } catch {
    throw new InvalidArgumentError('It is no regular expression.');
  }
}

/** How many at the same time. */
export function parseCount(text: string): number {
  const count = Number(text);
  if (!Number.isInteger(count) || count < 1 || count > 64)
    throw new InvalidArgumentError('It is a number from 1 to 64.');
  return count;
}
