import { decodeFacts } from '../facts.ts';
import { isFault } from '../fault.ts';
import { type FormatRow, fault, type LineReaderOfFormat, type LineResult, skip, told } from './reader.ts';

/** MLSD and MLST lines (RFC 3659 §7.2): `type=file;size=12; name`. The facts themselves are read in `facts.ts`. */
export const mlsd: FormatRow = { format: 'mlsd', open: () => new MlsdReader() };

const facts = /^ ?[^\s=;]+=/;

class MlsdReader implements LineReaderOfFormat {
  #seen = false;

  line(text: string): LineResult {
    if (text === '') return skip;
    const hasFacts = facts.test(text);
    // ` name` has no facts, which RFC 3659 §7.2 allows; by itself it could be anything.
    if (!hasFacts && !(this.#seen && text.startsWith(' '))) return undefined;
    const decoded = decodeFacts(text);
    if (isFault(decoded)) return hasFacts ? fault(decoded.fault) : undefined;
    this.#seen = true;
    return told(decoded.entry);
  }

  restart(): void {
    this.#seen = false;
  }
}
