import type { ControlListener } from '@duoport/net';

/** A listening socket for another process, by its descriptor. */
export interface Door {
  readonly fd: number;
  readonly implicitTls: boolean;
}

/** Those of these listeners that have a descriptor; `kinds` are theirs, in the same order. */
export function doorsOf(
  listeners: readonly ControlListener[],
  kinds: readonly { readonly implicitTls: boolean }[],
): readonly Door[] {
  return listeners.flatMap(({ fd }, index) =>
    fd === undefined ? [] : [{ fd, implicitTls: kinds[index]?.implicitTls === true }],
  );
}
