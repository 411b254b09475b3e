/** The word that was probably meant: at most two letters away, or a third of it. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  const plain = (text: string): string =>
    text
      .replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
      .replaceAll('_', '-')
      .replace(/^-/, '');
  const wanted = plain(word.slice(0, 60));
  const most = Math.max(2, Math.floor(wanted.length / 3));
  const [best] = known
    .map((name) => ({ name, away: distance(wanted, plain(name)) }))
    .filter(({ away, name }) => away <= most && away < name.length)
    .sort((one, other) => one.away - other.away);
  return best?.name;
}

/** Levenshtein's: letters to add, take away or change. */
function distance(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, at) => at);
  for (let i = 1; i <= one.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= other.length; j += 1) {
      const change = (row[j - 1] ?? 0) + (one[i - 1] === other[j - 1] ? 0 : 1);
      next.push(Math.min(change, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[other.length] ?? 0;
}
