import { type FormatRow, type LineResult, skip, told } from './reader.ts';

/**
 * Bare names, as NLST sends them. Nothing is known of them but what a trailing slash tells, so their type is
 * `other` and their kind `name only`. Any text can be read as a name, error messages too: this format is used
 * only where the caller asked for it.
 */
export const names: FormatRow = { format: 'names', open: () => ({ line }) };

function line(text: string): LineResult {
  if (text === '') return skip;
  const name = text.startsWith('./') && text.length > 2 ? text.slice(2) : text;
  return name.length > 1 && name.endsWith('/')
    ? told({ name: name.slice(0, -1), type: 'directory', kind: 'name only' })
    : told({ name, type: 'other', kind: 'name only' });
}
