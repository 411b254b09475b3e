// Names, replies and file names come from the other side. Printed raw, ESC and friends would move the cursor, retitle the
// window or worse; bidirectional overrides would make one name look like another. Everything that is printed goes through here.
export { printableName as printable } from '@duoport/protocol';
