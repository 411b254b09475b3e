/** Takes the lock of an open file without waiting; false when another descriptor has it. It ends with the descriptor. */
export type FileLock = (fd: number) => boolean;

/** LOCK_EX and LOCK_NB of flock(2), the same on every system that has it. */
const exclusive = 2 | 4;

/** Undefined where there is no koffi to make the call, or no such call. The first call loads it. */
export function loadFileLock(): Promise<FileLock | undefined> {
  loading ??= load();
  return loading;
}

let loading: Promise<FileLock | undefined> | undefined;

async function load(): Promise<FileLock | undefined> {
  if (process.platform === 'win32') return undefined;
  try {
    const { default: koffi } = await import('koffi');
    const flock = koffi.load(null).func('int flock(int fd, int operation)');
    // EAGAIN only: a file system without locks must not stop uploads.
    const { EAGAIN } = koffi.os.errno;
    return (fd) => flock(fd, exclusive) === 0 || koffi.errno() !== EAGAIN;
  } catch {
    return undefined;
  }
}
