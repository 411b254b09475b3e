export { bytesOf, type Decoder, decodeChunks, everyCut } from './chunks.ts';
