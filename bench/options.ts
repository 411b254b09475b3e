import { parseArgs } from 'node:util';

/** What the command line of the bench asks for. */
export interface Options {
  readonly rows: RegExp;
  readonly servers: readonly string[] | undefined;
  readonly clients: readonly string[] | undefined;
  readonly rounds: number;
  /** Shorter spans and fewer files: for development, not for publication. */
  readonly quick: boolean;
  readonly json: string | undefined;
  readonly write: boolean;
}

export const usage = `npm run bench -- [options]
  --rows REGEX     only rows whose id matches        --rounds N     interleaved rounds (default 3)
  --servers A,B    only these servers                --quick        short spans, one round: for development
  --clients A,B    only these clients                --json FILE    write every number as JSON
  --write          write docs/benchmarks.md and docs/benchmarks.json`;

export function parseOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      rows: { type: 'string', default: '' },
      servers: { type: 'string' },
      clients: { type: 'string' },
      rounds: { type: 'string' },
      quick: { type: 'boolean', default: false },
      json: { type: 'string' },
      write: { type: 'boolean', default: false },
    },
  });
  const rounds = Number(values.rounds ?? (values.quick ? 1 : 3));
  if (!Number.isInteger(rounds) || rounds < 1) throw new Error('--rounds takes a whole number from 1 up');
  return {
    rows: new RegExp(values.rows),
    servers: values.servers?.split(','),
    clients: values.clients?.split(','),
    rounds,
    quick: values.quick,
    json: values.json,
    write: values.write,
  };
}
