/** An XML element that has text: its name without the prefix, and the elements that it stands in. */
export interface TextElement {
  readonly name: string;
  readonly text: string;
  /** Grows with each element that is opened: those of one service stand in the same one. */
  readonly parent: number;
}

/** Every element with text in it, in the order of the document. Rejects for what is no XML. */
export async function textElements(xml: string): Promise<readonly TextElement[]> {
  // Few have a router that speaks XML.
  const { SaxesParser } = await import('saxes');
  const found: TextElement[] = [];
  const open: { readonly name: string; readonly id: number; text: string }[] = [];
  let next = 1;
  const parser = new SaxesParser({ xmlns: false });
  parser.on('error', (error) => {
    throw error;
  });
  parser.on('opentag', ({ name }) => {
    open.push({ name: name.replace(/^.*:/, ''), id: next, text: '' });
    next += 1;
  });
  parser.on('text', (text) => {
    const last = open.at(-1);
    if (last !== undefined) last.text += text;
  });
  parser.on('closetag', () => {
    const closed = open.pop();
    const text = closed?.text.trim() ?? '';
    if (closed !== undefined && text !== '')
      found.push({ name: closed.name, text, parent: open.at(-1)?.id ?? 0 });
  });
  parser.write(xml).close();
  return found;
}
