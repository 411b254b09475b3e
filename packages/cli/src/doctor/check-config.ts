import { readConfig } from '../config/read-config.ts';
import type { Terminal } from '../terminal.ts';

export async function checkConfig(terminal: Terminal, file: string): Promise<void> {
  await readConfig(file);
  terminal.result('…');
}
