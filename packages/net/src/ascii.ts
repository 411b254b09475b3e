import type { Awaitable, ChunkTransform, EmitChunk } from './bytes.ts';
import { isPromise } from './sink-writer.ts';

const CR = 13;
const LF = 10;
/** Input is converted in pieces of this size, so that the output fits one block of memory whatever the chunk. */
const PIECE = 64 * 1024;

/** TYPE A, sending: LF becomes CRLF; CRLF that is there already stays (RFC 959 §3.1.1.1). */
export function asciiToWire(): ChunkTransform {
  let last = 0;
  return byPiece('ASCII, to the wire', 2 * PIECE, {
    isPlain: (input) => input.indexOf(LF) < 0,
    skipped: (input) => {
      last = input[input.length - 1] ?? last;
    },
    convert: (input, output) => {
      let to = 0;
      for (const byte of input) {
        if (byte === LF && last !== CR) output[to++] = CR;
        output[to++] = byte;
        last = byte;
      }
      return to;
    },
    rest: () => 0,
  });
}

/** TYPE A, receiving: CRLF becomes LF; a bare CR is kept. */
export function asciiToLocal(): ChunkTransform {
  let heldCr = false;
  return byPiece('ASCII, from the wire', PIECE + 1, {
    isPlain: (input) => !heldCr && input.indexOf(CR) < 0,
    skipped: () => {},
    convert: (input, output) => {
      let to = 0;
      for (const byte of input) {
        if (heldCr && byte !== LF) output[to++] = CR;
        heldCr = byte === CR;
        if (!heldCr) output[to++] = byte;
      }
      return to;
    },
    rest: (output) => {
      if (!heldCr) return 0;
      output[0] = CR;
      return 1;
    },
  });
}

interface Conversion {
  /** The input goes through as it is. */
  isPlain(input: Uint8Array): boolean;
  skipped(input: Uint8Array): void;
  /** Returns the bytes written. */
  convert(input: Uint8Array, output: Uint8Array): number;
  rest(output: Uint8Array): number;
}

function byPiece(name: string, size: number, conversion: Conversion): ChunkTransform {
  let output: Uint8Array | undefined;
  const memory = (): Uint8Array => {
    output ??= Buffer.allocUnsafeSlow(size);
    return output;
  };
  const piece = (input: Uint8Array, emit: EmitChunk): Awaitable<void> => {
    if (conversion.isPlain(input)) {
      conversion.skipped(input);
      return input.length > 0 ? emit(input) : undefined;
    }
    const length = conversion.convert(input, memory());
    return length > 0 ? emit(memory().subarray(0, length)) : undefined;
  };
  return {
    name,
    push: async (input, emit) => {
      for (let at = 0; at < input.length; at += PIECE) {
        const emitted = piece(input.subarray(at, at + PIECE), emit);
        if (isPromise(emitted)) await emitted;
      }
    },
    end: (emit) => {
      const length = conversion.rest(memory());
      return length > 0 ? emit(memory().subarray(0, length)) : undefined;
    },
    close: () => {
      output = undefined;
    },
  };
}
