import { Writable } from 'node:stream';

/** Takes the first bytes of a file, and the rest when it is told to go on. */
export function slowly() {
  let [begin, goOn] = [() => {}, () => {}];
  const begun = new Promise<void>((resolve) => {
    begin = resolve;
  });
  const going = new Promise<void>((resolve) => {
    goOn = resolve;
  });
  let bytes = 0;
  const sink = new Writable({
    write: (chunk: Uint8Array, _, done) => {
      bytes += chunk.length;
      begin();
      void going.then(() => done());
    },
  });
  return { sink, begun, goOn, bytes: () => bytes };
}

/** A process that nobody has started here. */
export function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended.
  }
}
