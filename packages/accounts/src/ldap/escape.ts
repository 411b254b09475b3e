/** A value inside of a search filter (RFC 4515 §3). */
export function filterValue(text: string): string {
  return text.replace(/[\0()*\\]/g, hex);
}

/** A value inside of a distinguished name (RFC 4514 §2.4), escaped so that it is one value whatever is in it. */
export function nameValue(text: string): string {
  return text.replace(/[\0-\x1f"#+,;<=>\\]|^ | $/g, hex);
}

function hex(character: string): string {
  return `\\${character.charCodeAt(0).toString(16).padStart(2, '0')}`;
}

/** A template like `(uid={user})` with its values, each made safe by `escape`. */
export function filled(
  template: string,
  values: Readonly<Record<string, string>>,
  safe: (text: string) => string,
): string {
  return template.replace(/\{(\w+)\}/g, (whole, key: string) => {
    const value = Object.hasOwn(values, key) ? values[key] : undefined;
    return value === undefined ? whole : safe(value);
  });
}
