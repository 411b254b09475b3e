export { type IssueOptions, TestAuthority } from './authority.ts';
export { type TestCertificate, testCertificate } from './certificate.ts';
export { bytesOf, type Decoder, decodeChunks, everyCut } from './chunks.ts';
export { duoportCommand } from './duoport-command.ts';
export { certificate } from './fixed-certificate.ts';
export { memorySink, memorySource, patternBytes } from './memory-bytes.ts';
