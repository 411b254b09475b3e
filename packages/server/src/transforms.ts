import {
  asciiToLocal,
  asciiToWire,
  type ChunkTransform,
  deflateToWire,
  type EmitChunk,
  inflateFromWire,
} from '@duoport/net';
import type { Parameters } from './parameters.ts';

/** What TYPE and MODE do to bytes on their way to the client; undefined where that is nothing. */
export function toWire({ type, mode, deflateLevel }: Parameters, text = false): ChunkTransform | undefined {
  // A listing is made with CRLF already.
  const ascii = type === 'ascii' && !text ? asciiToWire() : undefined;
  const deflate = mode === 'deflate' ? deflateToWire(deflateLevel) : undefined;
  return inTurn(ascii, deflate);
}

/** What TYPE and MODE do to bytes on their way from the client. */
export function fromWire({ type, mode }: Parameters): ChunkTransform | undefined {
  const inflate = mode === 'deflate' ? inflateFromWire() : undefined;
  return inTurn(inflate, type === 'ascii' ? asciiToLocal() : undefined);
}

function inTurn(
  first: ChunkTransform | undefined,
  second: ChunkTransform | undefined,
): ChunkTransform | undefined {
  if (first === undefined || second === undefined) return first ?? second;
  const through =
    (emit: EmitChunk): EmitChunk =>
    (output) =>
      second.push(output, emit);
  return {
    name: `${first.name}, ${second.name}`,
    push: (input, emit) => first.push(input, through(emit)),
    end: async (emit) => {
      await first.end(through(emit));
      await second.end(emit);
    },
    close: () => {
      first.close();
      second.close();
    },
  };
}
