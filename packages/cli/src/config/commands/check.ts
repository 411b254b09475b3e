import { printable } from '../../printable.ts';
import { planServe } from '../../serve/plan.ts';
import type { Terminal } from '../../terminal.ts';
import { loadSettings } from '../load-settings.ts';

/** `duoport config check`: reads the file as `serve` would, with its folders and certificate, and starts nothing. */
export async function checkSettings(terminal: Terminal, file: string): Promise<void> {
  await planServe(await loadSettings({ file, env: terminal.io.env }));
  if (terminal.json) terminal.object({ file, ok: true });
  else terminal.result(`${printable(file)} is good: duoport serve --config ${printable(file)}`);
}
