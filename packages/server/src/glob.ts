/** Whether a name has characters of a pattern: `*`, `?`, `[`. */
export function isGlob(name: string): boolean {
  return /[*?[]/.test(name);
}

type Token =
  | { readonly kind: 'star' }
  | { readonly kind: 'one'; readonly fits: (character: string) => boolean };

/**
 * A matcher for `*`, `?` and `[a-z]` / `[!a-z]` over one name. Going back only to the last star keeps it at most
 * pattern × name steps, whatever the pattern: no pattern can hold up the server.
 */
export function globMatcher(pattern: string): (name: string) => boolean {
  const tokens = parse(pattern);
  return (name) => {
    const letters = [...name];
    let [at, token, star, resume] = [0, 0, -1, 0];
    while (at < letters.length) {
      const now = tokens[token];
      if (now?.kind === 'one' && now.fits(letters[at] ?? '')) {
        at += 1;
        token += 1;
      } else if (now?.kind === 'star') {
        star = token;
        resume = at;
        token += 1;
      } else if (star !== -1) {
        token = star + 1;
        resume += 1;
        at = resume;
      } else return false;
    }
    return tokens.slice(token).every((left) => left.kind === 'star');
  };
}

function parse(pattern: string): Token[] {
  const tokens: Token[] = [];
  const letters = [...pattern];
  for (let at = 0; at < letters.length; at += 1) {
    const letter = letters[at] ?? '';
    if (letter === '*') tokens.push({ kind: 'star' });
    else if (letter === '?') tokens.push({ kind: 'one', fits: () => true });
    else if (letter === '[' && letters.indexOf(']', at + 2) !== -1) {
      const end = letters.indexOf(']', at + 2);
      tokens.push({ kind: 'one', fits: characterClass(letters.slice(at + 1, end)) });
      at = end;
    } else tokens.push({ kind: 'one', fits: (each) => each === letter });
  }
  return tokens;
}

function characterClass(letters: readonly string[]): (character: string) => boolean {
  const negated = letters[0] === '!' || letters[0] === '^';
  const body = negated ? letters.slice(1) : letters;
  return (character) => {
    let inside = false;
    for (let at = 0; at < body.length; at += 1) {
      const low = body[at] ?? '';
      const isRange = body[at + 1] === '-' && body[at + 2] !== undefined;
      const high = isRange ? (body[at + 2] ?? low) : low;
      if (isRange) at += 2;
      if (character >= low && character <= high) inside = true;
    }
    return inside !== negated;
  };
}
