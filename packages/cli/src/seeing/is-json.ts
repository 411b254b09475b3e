import type { Settings } from '../config/schema.ts';
import type { ProcessIo } from '../terminal.ts';

/**
 * Whether a server prints JSON: as the settings say, or because it has a settings file, as one that stays, and nobody looks at a terminal. One
 * that was started with a folder alone speaks to whoever started it, also through a pipe.
 */
export function isJson(
  { format }: Settings['logs'],
  { io: { stdout, stderr }, hasFile }: { readonly io: ProcessIo; readonly hasFile: boolean },
): boolean {
  if (format !== 'auto') return format === 'json';
  return hasFile && stdout.isTTY !== true && stderr.isTTY !== true;
}
