/** Ports that came through and must not, and the other way round, as ranges; undefined: none. */
export function differenceOf(expected: ReadonlySet<string>, passed: ReadonlySet<string>): string | undefined {
  const more = [...passed].filter((text) => !expected.has(text));
  const less = [...expected].filter((text) => !passed.has(text));
  if (more.length + less.length === 0) return undefined;
  return [
    ...(more.length === 0 ? [] : [`open and must not be: ${rangesOf(more)}`]),
    ...(less.length === 0 ? [] : [`shut and must not be: ${rangesOf(less)}`]),
  ].join('; ');
}

/** `10.0.0.1 21, 10.0.0.1 50000-50009` from `ADDRESS PORT` texts. */
function rangesOf(texts: readonly string[]): string {
  const byAddress = new Map<string, number[]>();
  for (const text of texts) {
    const [address = '', port = ''] = text.split(' ');
    const list = byAddress.get(address) ?? [];
    list.push(Number(port));
    byAddress.set(address, list);
  }
  return [...byAddress]
    .flatMap(([address, list]) => joined(list).map((range) => `${address} ${range}`))
    .join(', ');
}

function joined(list: readonly number[]): readonly string[] {
  const ranges: { low: number; high: number }[] = [];
  for (const port of [...list].sort((one, other) => one - other)) {
    const last = ranges.at(-1);
    if (last !== undefined && last.high + 1 === port) last.high = port;
    else ranges.push({ low: port, high: port });
  }
  return ranges.map(({ low, high }) => (low === high ? `${low}` : `${low}-${high}`));
}
