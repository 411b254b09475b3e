/** A router has answered, and does not do what it was asked. The message is a sentence part: `it …`. */
export class RouterFault extends Error {
  override readonly name = 'RouterFault';
}
