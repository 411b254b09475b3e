import type { FtpClient } from './ftp-client.ts';
import type { ConnectOptions } from './options.ts';
import { parseFtpUrl, type Target } from './url.ts';

/**
 * Connects, secures the connection, logs in, and goes to the directory that the URL names.
 * `await using ftp = await connect('ftp://user:password@host/dir')`. Rejects with an `AnyFtpError`.
 */
export async function connect(url: string | Target, options: ConnectOptions = {}): Promise<FtpClient> {
  const target = typeof url === 'string' ? parseFtpUrl(url) : url;
  throw new Error(`not there yet: ${target.host} ${options.mode}`);
}
