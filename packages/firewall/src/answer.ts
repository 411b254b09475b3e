import type { Flow } from './flow.ts';
import type { Answer, Note, Refusal, Rules, Target } from './rules.ts';
import { file } from './text.ts';

/** What a target writes: lines, without what generate.ts knows anyway. */
export interface Written {
  readonly format: Rules['format'];
  /** Where a file goes, when it is one. */
  readonly file?: string | undefined;
  readonly apply: readonly string[];
  readonly undo: readonly string[];
  /** Notes of this target alone; the common ones are added by generate.ts. */
  readonly notes?: readonly Note[] | undefined;
}

export function rules(target: Target, flows: readonly Flow[], written: Written): Answer {
  return {
    kind: 'rules',
    target,
    format: written.format,
    file: written.file,
    apply: file(written.apply),
    undo: file(written.undo),
    flows,
    notes: written.notes ?? [],
  };
}

/** `because`: what the target cannot say. `nearest`: what to do instead, in its words. Both whole sentences. */
export function refuse(target: Target, because: string, nearest: string): Refusal {
  return { kind: 'refused', target, because, nearest };
}
