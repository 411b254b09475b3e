// Exchanges a folder for a symlink and back, as fast as it can, until told to stop.
import { renameSync, symlinkSync, unlinkSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';

const { folder, outside, flags } = workerData;
const shared = new Int32Array(flags);
parentPort.postMessage('swapping');
while (Atomics.load(shared, 0) === 0) {
  renameSync(folder, `${folder}.real`);
  symlinkSync(outside, folder);
  Atomics.add(shared, 1, 1);
  unlinkSync(folder);
  renameSync(`${folder}.real`, folder);
}
