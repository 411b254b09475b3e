/**
 * Every limit of the sockets in one place. Times are milliseconds, sizes bytes. What both the protocol core and the sockets
 * use (TLS handshake, stall, waiting for a data connection) stands in `limits` of `@duoport/protocol`.
 */
export const netLimits = {
  /** From the call to an open TCP connection. The kernel alone would take over two minutes when a firewall drops the SYN. */
  connectTimeout: 30_000,
  /** After our FIN of a TLS stream: how long the peer may take to send its own. The result does not wait for it. */
  closeTimeout: 5_000,
  /** A lease of a data port that nobody accepts from. */
  leaseTimeout: 60_000,
  /** Leases of one session: the one in use and the next. */
  leasesPerSession: 2,
  /** Leases of one peer address: many clients may sit behind one NAT. */
  leasesPerAddress: 1024,
  /** Data ports that are listened on without a lease, so that the next lease costs nothing. */
  idleListeners: 512,
  /** Peers whose last data port is remembered, to choose it last. */
  rememberedPeers: 4096,
  /** One buffer of the pump. Two of them in turn move 3 GB/s over loopback, 64 KiB ones 1 GB/s. */
  pumpBuffer: 1024 * 1024,
  /** What all long transfers together move in one turn of the event loop, in pieces of `smallTransfer` at least. */
  pumpTurn: 8 * 1024 * 1024,
  /** How long that may take, where no transfer has to wait. */
  pumpTurnTime: 8,
  /** All pump buffers together; transfers beyond use small ones. */
  pumpBudget: 256 * 1024 * 1024,
  /** Pump buffers that are kept for the next transfer. */
  pumpKeep: 16,
  /** Transfers up to this size take no pump buffer at all. */
  smallTransfer: 64 * 1024,
  /** From so many bytes on a transfer is worth a way of its own: the kernel's, or a connection beside a tunnel. */
  longTransfer: 1024 * 1024,
  /** Bytes that a receiver may hold for a slow sink before it stops reading. */
  receiveWindow: 2 * 1024 * 1024,
  /**
   * One port for everything: how long a transfer without a TLS ticket waits for a second candidate. A client dials its data
   * connection before its command or together with it, so from an address with one session the true one is here by then.
   */
  aloneGrace: 200,
  /** The same from an address with several sessions: also for a SYN that was lost and is sent again after 1 s (RFC 6298 §2). */
  sharedGrace: 1300,
  /** How long a connection may be undecided because somebody from there was promised a data connection and does not go on. */
  holdTimeout: 10_000,
  /** How long a PASV in the clear waits for another one from its address. */
  turnTimeout: 5_000,
  /** Undecided connections that may belong to one and the same transfer; more are turned away. */
  heldConnections: 1024,
  /** From a proxy's connection to its whole PROXY header. */
  proxyHeaderTimeout: 10_000,
  /** How long a looked-up advertised host name is used before it is looked up again. */
  lookupTtl: 60_000,
  /** What one stream of a tunnel may send before the other end has taken it. */
  tunnelWindow: 4 * 1024 * 1024,
  /** The same of all streams of a tunnel that are under way in the network. */
  tunnelConnectionWindow: 256 * 1024 * 1024,
  /** One frame: an end that speaks between two of them waits for no more. */
  tunnelFrame: 256 * 1024,
  /** Buffered on each side of a stream of a tunnel. */
  tunnelBuffer: 1024 * 1024,
  /** Control and data connections of one agent at a time. */
  tunnelStreams: 20_000,
  /** Bytes of the headers of one request. */
  tunnelHeaders: 16 * 1024,
  /** Megabytes that node:http2 may hold for one agent; it refuses new streams beyond. */
  tunnelMemory: 1024,
  /** Connections of agents, known or not. */
  tunnelLines: 4096,
  /** Of them those that have not shown who they are: the oldest goes when another one comes. */
  tunnelStrangers: 1024,
  /** A connection of a relay to its agent beside the line; then the line does. */
  directTimeout: 3_000,
  /** TLS, and every question until an agent is known. */
  tunnelHandshake: 10_000,
  /** Between two signs of life on a tunnel: many NATs forget a silent connection within a minute. */
  tunnelKeepAlive: 15_000,
  /** Between two questions to the kernel whether a tunnel's connection was reset. */
  tunnelLook: 1000,
  /** How long a sign of life may take. */
  tunnelSilence: 10_000,
} as const;
