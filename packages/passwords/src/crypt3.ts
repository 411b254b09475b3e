import { timingSafeEqual } from 'node:crypto';

/** crypt(3) of the system's C library. */
export interface Crypt {
  /** Whether the password makes this hash. Runs on a thread of libuv's pool. */
  verify(password: Uint8Array, hash: string): Promise<boolean>;
}

/** glibc has it in a library of its own, musl in the C library itself. */
const places = ['libcrypt.so.2', 'libcrypt.so.1', null] as const;
/** The largest `struct crypt_data` that there is (glibc's own; those of libxcrypt and musl are smaller). */
const room = 131_232;

let found: Promise<Crypt | undefined> | undefined;

/** Through koffi, which is optional: undefined without it, and where the system has no crypt_r (macOS, Windows). */
export function systemCrypt(): Promise<Crypt | undefined> {
  found ??= look();
  return found;
}

async function look(): Promise<Crypt | undefined> {
  const koffi = await import('koffi').then(
    (module) => module.default,
    () => undefined,
  );
  if (koffi === undefined || process.platform !== 'linux') return undefined;
  for (const place of places) {
    try {
      const crypt = koffi
        .load(place)
        .func('char *crypt_r(const void *phrase, const char *setting, void *data)');
      const run = (phrase: Uint8Array, setting: string, data: Uint8Array) =>
        new Promise<string | null>((resolve, reject) => {
          crypt.async(phrase, setting, data, (error: unknown, made: string | null) => {
            if (error) reject(error);
            else resolve(made);
          });
        });
      return { verify: (password, hash) => verify(run, password, hash) };
    } catch {
      // Not here.
    }
  }
  return undefined;
}

async function verify(
  run: (phrase: Uint8Array, setting: string, data: Uint8Array) => Promise<string | null>,
  password: Uint8Array,
  hash: string,
): Promise<boolean> {
  const phrase = Buffer.concat([password, Buffer.of(0)]);
  const data = new Uint8Array(room);
  try {
    // The hash itself is the setting: what stands behind the salt is not looked at.
    const made = Buffer.from((await run(phrase, hash, data)) ?? '*');
    const wanted = Buffer.from(hash);
    return made[0] !== 0x2a && made.length === wanted.length && timingSafeEqual(made, wanted);
  } finally {
    phrase.fill(0);
    data.fill(0);
  }
}
