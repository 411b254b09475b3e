/**
 * A classic BPF program (packet(7)) that lets through SYNs, resets and ICMP errors, IPv4 and IPv6: so that a transfer on the same machine
 * does not flood us. Read from the IP header on.
 */
export function packetFilter(): Uint8Array {
  const bytes = new Uint8Array(program.length * 8);
  const view = new DataView(bytes.buffer);
  for (const [index, [code, yes, no, value]] of program.entries()) {
    view.setUint16(index * 8, code, true);
    bytes[index * 8 + 2] = yes;
    bytes[index * 8 + 3] = no;
    view.setUint32(index * 8 + 4, value, true);
  }
  return bytes;
}

const loadByte = 0x30; // BPF_LD  | BPF_B   | BPF_ABS
const loadByteAtIndex = 0x50; // BPF_LD  | BPF_B   | BPF_IND
const loadHeaderLength = 0xb1; // BPF_LDX | BPF_B   | BPF_MSH
const and = 0x54; // BPF_ALU | BPF_AND | BPF_K
const ifEqual = 0x15; // BPF_JMP | BPF_JEQ | BPF_K
const ifAny = 0x45; // BPF_JMP | BPF_JSET | BPF_K
const give = 0x06; // BPF_RET | BPF_K

/** Code, how many to skip when true, when false, value. `take` and `drop` stand at the end. */
const program: readonly (readonly [number, number, number, number])[] = [
  [loadByte, 0, 0, 0],
  [and, 0, 0, 0xf0],
  [ifEqual, 0, 6, 0x40], // IPv4? else at 9
  [loadByte, 0, 0, 9],
  [ifEqual, 10, 0, 1], // ICMP: take
  [ifEqual, 0, 10, 6], // TCP? else drop
  [loadHeaderLength, 0, 0, 0],
  [loadByteAtIndex, 0, 0, 13],
  [ifAny, 6, 7, 0x06], // SYN or RST: take, else drop
  [ifEqual, 0, 6, 0x60], // 9: IPv6? else drop
  [loadByte, 0, 0, 6],
  [ifEqual, 3, 0, 58], // ICMPv6: take
  [ifEqual, 0, 3, 6], // TCP? else drop
  [loadByte, 0, 0, 53],
  [ifAny, 0, 1, 0x06], // SYN or RST: take, else drop
  [give, 0, 0, 0xffff], // take
  [give, 0, 0, 0], // drop
];
