import assert from 'node:assert/strict';

/** Simple commands of a POSIX script as their words: quotes, line joins, comments; `$` only inside `"${NAME:?text}"`. */
export function shellCommands(script: string): readonly (readonly string[])[] {
  const joined = script.replace(/\\\n/g, ' ');
  return joined
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#') && line !== 'set -e')
    .map(words);
}

function words(line: string): readonly string[] {
  const found: string[] = [];
  let rest = line;
  while (rest !== '') {
    const match = /^(?:[^\s'"$`\\;&|<>()#]|'[^']*'|"\$\{[A-Z_]+:\?[a-zA-Z ]+\}")+/.exec(rest);
    assert.ok(match, `not a plain word of a shell: ${rest}`);
    found.push(match[0].replace(/'([^']*)'|"([^"]*)"/g, '$1$2'));
    rest = rest.slice(match[0].length).trimStart();
  }
  return found;
}

/**
 * `--name value…` and `--name=value` as a map; every name must be known, and every value must fit.
 */
export function options(
  given: readonly string[],
  known: Readonly<Record<string, RegExp>>,
): Readonly<Record<string, readonly string[]>> {
  const found: Record<string, string[]> = {};
  let current: string[] | undefined;
  for (const word of given) {
    const [name = '', ...value] = word.startsWith('--') ? word.split('=') : [];
    if (name === '') {
      assert.ok(current, `a value without an option: ${word}`);
      current.push(word);
      continue;
    }
    current = found[name] ??= [];
    if (value.length > 0) current.push(value.join('='));
  }
  for (const [name, values] of Object.entries(found)) {
    const shape = known[name];
    assert.ok(shape, `unknown option ${name}`);
    for (const value of values) assert.match(value, shape, name);
  }
  return found;
}
