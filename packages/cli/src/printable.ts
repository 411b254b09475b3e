// Names and replies come from the other side. Printed raw, ESC and friends would move the cursor, retitle the window or
// worse; bidirectional overrides would make one name look like another.

// Lone surrogates are the escaped bytes of @duoport/protocol's decodeText: U+DC80..U+DCFF stands for byte 0x80..0xFF.
const unsafe = new RegExp(
  [
    '[\\u0000-\\u001f\\u007f-\\u009f]', // C0, DEL, C1
    '[\\u2028\\u2029\\u200e\\u200f\\u202a-\\u202e\\u2066-\\u2069\\ufeff]', // separators, direction marks, BOM
    '[\\ud800-\\udbff](?![\\udc00-\\udfff])|(?<![\\ud800-\\udbff])[\\udc00-\\udfff]', // half a surrogate pair
  ].join('|'),
  'g',
);

/** Text that is safe to print: control characters, direction marks and raw bytes become `\xNN` or `\u{NNNN}`. */
export function printable(text: string): string {
  return text.replace(unsafe, escapeCharacter);
}

function escapeCharacter(character: string): string {
  const code = character.charCodeAt(0);
  if (code >= 0xdc80 && code <= 0xdcff) return hex(code - 0xdc00);
  return code <= 0xff ? hex(code) : `\\u{${code.toString(16)}}`;
}

function hex(byte: number): string {
  return `\\x${byte.toString(16).padStart(2, '0')}`;
}
