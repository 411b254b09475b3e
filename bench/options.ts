import { parseArgs } from 'node:util';
import type { Span } from './load/pace.ts';

/** The parts of the bench, in the order of their pages. */
export const parts = ['servers', 'clients', 'gateway', 'relay', 'crowd'] as const;

export type Part = (typeof parts)[number];

/** What the command line of the bench asks for. */
export interface Options {
  readonly only: ReadonlySet<Part>;
  readonly rows: RegExp;
  readonly servers: readonly string[] | undefined;
  readonly clients: readonly string[] | undefined;
  readonly rounds: number;
  /** Shorter spans and fewer files: for development, not for publication. */
  readonly quick: boolean;
  /** How long rows about operations a second run. */
  readonly span: Span;
  readonly json: string | undefined;
  readonly write: boolean;
}

export const usage = `npm run bench -- [options]
  --only A,B       only these parts: ${parts.join(', ')}
  --rows REGEX     only rows whose id matches        --rounds N     interleaved rounds (default 3)
  --servers A,B    only these servers                --quick        short spans, one round: for development
  --clients A,B    only these clients                --json FILE    write every number as JSON
  --write          write docs/benchmarks.md (servers, clients), docs/benchmarks-gateway.md (gateway, relay) and
                   docs/benchmarks-crowd.md (crowd) with their numbers as .json beside them: those of which all
                   parts were run`;

export function parseOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      only: { type: 'string' },
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
    only: new Set(values.only === undefined ? parts : values.only.split(',').map(parsePart)),
    rows: new RegExp(values.rows),
    servers: values.servers?.split(','),
    clients: values.clients?.split(','),
    rounds,
    quick: values.quick,
    span: values.quick ? { warm: 200, count: 600 } : { warm: 300, count: 1200 },
    json: values.json,
    write: values.write,
  };
}

function parsePart(text: string): Part {
  const part = parts.find((name) => name === text);
  if (part === undefined) throw new Error(`--only takes ${parts.join(', ')}; there is no ${text}`);
  return part;
}
