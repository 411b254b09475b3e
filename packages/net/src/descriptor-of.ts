/** Node keeps the kernel's end of a listener here; undocumented, and in place from Node 0.x to 26. */
interface WithHandle {
  readonly _handle?: { readonly fd?: number } | null;
}

/** Of a listening socket. Undefined when it does not listen, or where sockets have none (Windows). */
export function descriptorOf(server: object): number | undefined {
  const fd = (server as WithHandle)._handle?.fd ?? -1;
  return fd < 0 ? undefined : fd;
}
