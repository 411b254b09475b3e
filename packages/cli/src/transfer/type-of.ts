import type { Remote } from '../remote/remote.ts';

/** Transfer type: `--type` of the command line, else `;type=` of the URL, else left to the client (binary). */
export function typeOf(flag: 'a' | 'i' | undefined, remote: Remote): { readonly type?: 'ascii' | 'binary' } {
  if (flag !== undefined) return { type: flag === 'a' ? 'ascii' : 'binary' };
  return remote.type === 'ascii' ? { type: 'ascii' } : {};
}
