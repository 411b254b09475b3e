/** Settings as they are written: maps, lists and plain values. */
export type Tree = Readonly<Record<string, unknown>>;

export function isTree(value: unknown): value is Tree {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** `over` wins; sections are merged, lists and values replaced. */
export function merge(under: Tree, over: Tree): Tree {
  const both = Object.entries(over).map(([key, value]) => {
    const below = Object.hasOwn(under, key) ? under[key] : undefined;
    return [key, isTree(below) && isTree(value) ? merge(below, value) : value] as const;
  });
  return Object.fromEntries([...Object.entries(under), ...both]);
}

/** The tree with this one value at `passive.ports`. */
export function treeWith(path: string, value: unknown): Tree {
  const [first = '', ...rest] = path.split('.');
  return { [first]: rest.length === 0 ? value : treeWith(rest.join('.'), value) };
}

/** The tree with what `change` makes of the value at this path, where there is one; `*` is every item of a list or map. */
export function changed(
  tree: unknown,
  path: readonly string[],
  change: (value: unknown) => unknown,
): unknown {
  const [first, ...rest] = path;
  if (first === undefined) return change(tree);
  if (first === '*' && Array.isArray(tree)) return tree.map((item) => changed(item, rest, change));
  if (!isTree(tree)) return tree;
  if (first === '*')
    return Object.fromEntries(
      Object.entries(tree).map(([key, value]) => [key, changed(value, rest, change)]),
    );
  if (!Object.hasOwn(tree, first)) return tree;
  return Object.fromEntries(
    Object.entries(tree).map(([key, value]) => [key, key === first ? changed(value, rest, change) : value]),
  );
}
