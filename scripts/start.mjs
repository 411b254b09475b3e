// npm start: installs, builds and serves a sample folder, made on first use. Arguments go to `duoport serve`.
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { ensureBuilt, ensureInstalled, root } from './workspace.mjs';

await ensureInstalled();
ensureBuilt();
const sample = path.join(root, 'sample');
if (!existsSync(sample)) makeSample(sample);
const command = path.join(root, 'packages', 'cli', 'bin', 'duoport.js');
const child = spawn(process.execPath, [command, 'serve', sample, ...process.argv.slice(2)], {
  stdio: 'inherit',
});
// The terminal sends Ctrl-C to both; a signal to this process alone is handed on.
process.on('SIGINT', () => {});
process.on('SIGTERM', () => child.kill('SIGTERM'));
child.on('exit', (code) => {
  process.exitCode = code ?? 1;
});

function makeSample(folder) {
  mkdirSync(path.join(folder, 'inbox'), { recursive: true });
  writeFileSync(
    path.join(folder, 'hello.txt'),
    'This folder is served over FTP.\nPut a file into inbox/ and look at it here.\n',
  );
  writeFileSync(
    path.join(folder, 'numbers.bin'),
    Uint8Array.from({ length: 65_536 }, (_, at) => at % 251),
  );
}
