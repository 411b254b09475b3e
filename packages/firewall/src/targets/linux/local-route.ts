/** Mark of packets that belong to the gateway, and the routing table that keeps them here. */
export const steerMark = '0x2121';
const table = 2121;

/** A packet that is marked is for this host, whatever address it has. */
export function localRoutes(families: readonly (4 | 6)[]): readonly string[] {
  return families.flatMap((family) => [
    `ip -${family} rule add fwmark ${steerMark} lookup ${table}`,
    `ip -${family} route add local default dev lo table ${table}`,
  ]);
}

export function undoLocalRoutes(families: readonly (4 | 6)[]): readonly string[] {
  return families.flatMap((family) => [
    `ip -${family} route del local default dev lo table ${table}`,
    `ip -${family} rule del fwmark ${steerMark} lookup ${table}`,
  ]);
}
