// Runs a TypeScript file of this repository from source: node scripts/run.mjs FILE [ARGUMENT…]
import { spawn } from 'node:child_process';
import { ensureInstalled, sourceFlags } from './workspace.mjs';

await ensureInstalled();
const child = spawn(process.execPath, [...sourceFlags, ...process.argv.slice(2)], { stdio: 'inherit' });
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
child.on('exit', (code, signal) => {
  process.exitCode = signal === null ? (code ?? 1) : 1;
});
