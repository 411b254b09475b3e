import type { Settings } from '../config/schema.ts';
import type { ProcessIo } from '../terminal.ts';

/** Whether a server prints JSON: as the settings say, or because nobody looks at a terminal. */
export function isJson({ format }: Settings['logs'], { stdout, stderr }: ProcessIo): boolean {
  if (format !== 'auto') return format === 'json';
  return stdout.isTTY !== true && stderr.isTTY !== true;
}
