import { formatFactNames, reply } from '@duoport/protocol';
import { command } from '../command.ts';
import { hashAlgorithms } from '../files/hash.ts';
import { toldFacts } from '../parameters.ts';

/** RFC 2389 §4: an option nobody knows. Those that are known have rows of their own. */
export const opts = command('OPTS', ({ argument }) =>
  reply(501, `No option ${argument.split(' ', 1)[0] ?? ''} here`),
);

/** draft-ietf-ftpext-utf-8-option: names are UTF-8 always, so OFF is refused. */
export const optsUtf8 = command('OPTS UTF8', ({ argument }) =>
  argument.toUpperCase() === 'OFF'
    ? reply(504, 'Names are always UTF-8 here')
    : reply(200, 'Names are UTF-8'),
);

/** RFC 3659 §7.9: the facts asked for, of those that exist; unknown ones are passed over. */
export const optsMlst = command('OPTS MLST', ({ argument }) => {
  const wanted = new Set(argument.toLowerCase().split(';'));
  const facts = new Set(toldFacts.filter((fact) => wanted.has(fact)));
  return { reply: reply(200, `MLST OPTS ${formatFactNames(facts)}`.trimEnd()), parameters: { facts } };
});

/** draft-ietf-ftpext2-hash §4. */
export const optsHash = command('OPTS HASH', ({ argument, parameters }) => {
  if (argument === '') return reply(200, parameters.hash);
  const hash = hashAlgorithms.find((each) => each === argument.toUpperCase());
  if (hash === undefined) return reply(504, `HASH knows ${hashAlgorithms.join(', ')}`);
  return { reply: reply(200, hash), parameters: { hash } };
});

/** draft-preston-ftpext-deflate §3: `OPTS MODE Z LEVEL 6`. */
export const optsModeZ = command('OPTS MODE Z', ({ argument }) => {
  const match = /^LEVEL ([0-9])$/i.exec(argument);
  if (match === null) return reply(501, 'OPTS MODE Z takes LEVEL and a number from 0 to 9');
  return { reply: reply(200, `MODE Z LEVEL is ${match[1]}`), parameters: { deflateLevel: Number(match[1]) } };
});
