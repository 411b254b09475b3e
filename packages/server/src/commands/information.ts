import { encodeFeat, formatMlstFeature, reply, type VerbRow, verbs } from '@duoport/protocol';
import { type Context, command } from '../command.ts';
import { hashAlgorithms } from '../files/hash.ts';
import { toldFacts } from '../parameters.ts';

/** RFC 2389 §3: computed from the rows and from what this server can really do for this session. */
export const feat = command('FEAT', (context) => {
  // TVFS (RFC 3659 §6) is a promise about paths, not a verb.
  const lines = new Set<string>(['TVFS']);
  for (const row of verbs) {
    if (row.feat !== undefined && available(row, context)) lines.add(featureLine(row.feat, context));
  }
  return encodeFeat([...lines].sort());
});

/** RFC 959 §4.1.3: HELP names the verbs, HELP with a verb tells its syntax. */
export const help = command('HELP', (context) => {
  const known = verbs.filter((row) => available(row, context));
  const asked = context.argument.toUpperCase();
  if (asked !== '') {
    const row = known.find((each) => each.verb === asked);
    return row === undefined
      ? reply(504, `${asked} is not known here`)
      : reply(214, `${row.syntax}: ${row.summary}`);
  }
  return reply(
    214,
    'Verbs known here:',
    ...inRows(known.map((row) => row.verb).filter((verb) => !verb.includes(' '))),
    'End',
  );
});

/** RFC 959 §4.1.3. The listing of LIST is a Unix one, and TYPE L 8 is TYPE I. */
export const syst = command('SYST', () => reply(215, 'UNIX Type: L8'));

export const noop = command('NOOP', () => reply(200, 'OK'));

/** RFC 959 §4.1.3: ends the transfer, which answers 426 for itself; then 226. */
export const abor = command('ABOR', async ({ transfer, data }) => {
  data.release();
  if (transfer === undefined) return reply(226, 'No transfer to abort');
  await transfer.abort();
  return reply(226, 'Abort successful');
});

/** RFC 2640 §4: replies are in English only. */
export const lang = command('LANG', ({ argument }) =>
  argument === '' || /^en(-|$)/i.test(argument)
    ? reply(200, 'Replies are in English')
    : reply(504, `Replies in ${argument} are not available; use LANG EN`),
);

export const clnt = command('CLNT', ({ argument }) => ({
  reply: reply(200, 'Noted'),
  parameters: { client: argument },
}));

/** Common practice: what a client wants to know of the server before it walks its paths. */
export const csid = command('CSID', ({ argument }) => ({
  reply: reply(200, 'Name=duoport; CaseSensitive=1; DirSep=/;'),
  parameters: { client: argument },
}));

function available({ power, aliasOf }: VerbRow, { powers }: Context): boolean {
  return aliasOf === undefined && (power === undefined || powers.has(power));
}

function featureLine(feature: string, { parameters, powers }: Context): string {
  switch (feature) {
    case 'MLST':
      return formatMlstFeature(parameters.facts, toldFacts);
    case 'HASH':
      return `HASH ${hashAlgorithms.map((name) => (name === parameters.hash ? `${name}*` : name)).join(';')}`;
    case 'LANG':
      return 'LANG EN*';
    case 'MFF': {
      const facts = [
        powers.has('set-modified') && 'Modify;',
        powers.has('set-created') && 'Create;',
        powers.has('chmod') && 'UNIX.mode;',
      ];
      return `MFF ${facts.filter(Boolean).join('')}`;
    }
    default:
      return feature;
  }
}

function inRows(words: readonly string[]): string[] {
  const rows: string[] = [];
  for (let at = 0; at < words.length; at += 8) {
    rows.push(
      words
        .slice(at, at + 8)
        .map((word) => ` ${word.padEnd(7)}`)
        .join('')
        .trimEnd(),
    );
  }
  return rows;
}
