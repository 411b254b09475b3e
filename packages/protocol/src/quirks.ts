/**
 * Departures from the RFCs that are understood all the same. A decoder names them beside the value: the server
 * tolerates them, the client remembers them for the host, the doctor reports them.
 */
export type Quirk =
  /** A line ended with LF alone (RFC 959 §5.3.1: CRLF). */
  | 'bare-lf'
  /** A CR stood inside a line. */
  | 'cr-in-line'
  /** A byte 0xFF in an argument was not doubled (RFC 854: a data byte 255 is sent as IAC IAC). */
  | 'single-iac'
  /** White space stood before the verb. */
  | 'leading-space'
  /** White space stood behind a verb that takes no argument. */
  | 'trailing-space'
  /** An empty line stood where a reply was due. */
  | 'empty-line'
  /** A reply line was the code alone, without space or text. */
  | 'bare-code'
  /** A tab instead of the space behind the reply code. */
  | 'tab-after-code'
  /** The six numbers of a 227 reply stood without parentheses (RFC 1123 §4.1.2.6 says to expect that). */
  | 'no-parentheses'
  /** White space stood between the numbers of a host-port. */
  | 'spaces-in-numbers'
  /** A number of a host-port was written with leading zeros. */
  | 'leading-zeros'
  /** The text around the address is not the one of RFC 959 or RFC 2428, so a NAT helper may miss it. */
  | 'unusual-text'
  /** A 229 or an EPRT used another delimiter than `|`. */
  | 'unusual-delimiter'
  /** A 229 carried an address although RFC 2428 §3 leaves the field empty. */
  | 'address-in-229'
  /** The last delimiter of an EPRT or a 229 was missing. */
  | 'missing-delimiter'
  /** The path of a 257 reply stood without quotes, or its quotes were not doubled or not closed. */
  | 'unquoted-path'
  /** A MLSx fact line lacked the `;` before the name (RFC 3659 §7.2). */
  | 'missing-semicolon'
  /** A tab stood where RFC 3659 §7.2 puts the one space before the name. */
  | 'tab-after-facts'
  /** A fact had no known form and was left out. */
  | 'bad-fact'
  /** A fact name is misspelt in a known way (`sizd` for a directory's size). */
  | 'misspelt-fact'
  /** A time had another form than YYYYMMDDHHMMSS[.sss], for one the year 19100 of a Y2K fault. */
  | 'unusual-time'
  /** A FEAT line did not begin with the one space of RFC 2389 §3.2. */
  | 'feat-indent';
