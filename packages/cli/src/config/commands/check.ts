import { printable } from '../../printable.ts';
import { planServe } from '../../serve/plan.ts';
import type { PlannedSource } from '../../serve/planned-sources.ts';
import { sourceFault } from '../../serve/sources.ts';
import type { Terminal } from '../../terminal.ts';
import { UsageError } from '../../usage-error.ts';
import { loadSettings } from '../load-settings.ts';

/**
 * `duoport config check`: reads the file as `serve` would, with its folders and certificate, and starts nothing. Asks the places that users come
 * from whether they are there, unless it is to stay `offline`.
 */
export async function checkSettings(
  terminal: Terminal,
  file: string,
  { offline = false }: { readonly offline?: boolean } = {},
): Promise<void> {
  const { env } = terminal.io;
  const { sources, tls } = await planServe(await loadSettings({ file, env }), undefined, env);
  const faults = offline ? [] : await Promise.all(sources.map(faultText));
  const found = faults.filter((fault) => fault !== undefined);
  if (found.length > 0) throw new UsageError(found.join('\n'));
  for (const warning of tls.warnings) terminal.warn(`duoport: ${warning}`);
  if (terminal.json) terminal.object({ file, ok: true, warnings: tls.warnings });
  else terminal.result(`${printable(file)} is good: duoport serve --config ${printable(file)}`);
}

async function faultText(source: PlannedSource): Promise<string | undefined> {
  const fault = await sourceFault(source);
  return fault === undefined ? undefined : `${source.where}${printable(fault)}`;
}
