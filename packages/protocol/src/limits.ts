/**
 * Every limit of the protocol core in one place, so that the readers cannot drift apart. Sizes are bytes, times are
 * milliseconds. Whoever needs another value passes it as an option; these are what holds without one.
 */
export const limits = {
  /** One command line without its CRLF. A path of 4,096 bytes with every byte doubled still fits. */
  lineBytes: 8192,
  /** Characters of an overlong line that are kept to name it in a report. */
  lineStart: 32,
  /** One line of a reply. Servers put a whole banner, or one entry of a STAT listing, into a line. */
  replyLineBytes: 16_384,
  /** Lines of one reply: a STAT of a folder comes as one reply. */
  replyLines: 65_536,
  /** Bytes of one reply over all its lines. */
  replyBytes: 8 * 1024 * 1024,
  /** Entries of one listing. */
  listingEntries: 1_000_000,
  /** One line of a listing: a name of 255 characters, a symlink target and the facts fit many times. */
  listingLineBytes: 16_384,
  /** Commands that a client may send ahead of their replies before the reader stops taking more. */
  pipelinedCommands: 64,
  /** Bytes of pipelined commands that wait for their turn. */
  pipelinedBytes: 65_536,
  /** Lines in a row that are no command before the server hangs up: a stranger speaks another protocol. */
  badCommands: 16,
  /** Failed logins on one connection before the server hangs up. */
  loginAttempts: 3,
  /** TLS handshakes of control connections that a server has open at once: each costs about a millisecond of its process. */
  handshakes: 500,
  /** Commands a second before the login; more wait. */
  commandsBeforeLogin: 100,
  /** From the connection to the first byte of the greeting. */
  greetingTimeout: 30_000,
  /** From the greeting to the end of the login, on the server. */
  loginTimeout: 60_000,
  /** From a command to its final reply, on the client, while no transfer runs. */
  replyTimeout: 60_000,
  /** Without a command and without a transfer, on the server (RFC 1123 §4.1.3.2: at least 5 minutes). */
  idleTimeout: 300_000,
  /** From a command that transfers to its data connection. */
  dataTimeout: 30_000,
  /** A TLS handshake. */
  tlsTimeout: 20_000,
  /** A running transfer without a byte moved. */
  stallTimeout: 60_000,
  /** Commands that come too fast without a pause, before the server hangs up. */
  floodTimeout: 30_000,
  /** From the end of the data connection to the final reply, on the client. */
  finalReplyTimeout: 60_000,
} as const;
