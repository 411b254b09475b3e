import { type Libc, loadLibc } from './libc.ts';

/** capabilities(7): the right to bind ports below 1024. */
const bindService = 10;

const PR_SET_KEEPCAPS = 8;
const PR_CAP_AMBIENT = 47;
const PR_CAP_AMBIENT_RAISE = 2;
/** _LINUX_CAPABILITY_VERSION_3: two sets of 32 bits each. */
const version3 = 0x2008_0522;

/** Keeps the right to bind ports below 1024 across a change of the user, and gives up every other one. */
export interface LowPortRight {
  /** Before the user changes. Throws when the kernel says no. */
  keep(): void;
  /** After it. From then on this thread has the right, and every process that it starts. Throws when the kernel says no. */
  hold(): void;
}

/** Undefined where there is no such thing: on 64-bit Linux with koffi alone. */
export async function lowPortRight(): Promise<LowPortRight | undefined> {
  const libc = await loadLibc();
  if (libc === undefined) return undefined;
  return {
    keep: () => check(libc, 'PR_SET_KEEPCAPS', libc.prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0)),
    hold: () => {
      const header = new Uint8Array(new Uint32Array([version3, 0]).buffer);
      const bit = 1 << bindService;
      // Effective, permitted and inheritable, of the lower 32 and of the upper ones.
      const sets = new Uint8Array(new Uint32Array([bit, bit, bit, 0, 0, 0]).buffer);
      check(libc, 'capset', libc.capset(header, sets));
      check(libc, 'PR_CAP_AMBIENT', libc.prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, bindService, 0, 0));
    },
  };
}

function check(libc: Libc, what: string, result: number): void {
  if (result !== 0) throw new Error(`${what} failed with errno ${libc.errno()}`);
}
