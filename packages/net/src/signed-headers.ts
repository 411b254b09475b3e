import { createHmac } from 'node:crypto';

/**
 * What a header `duoport-signature` says of a request: `sha256=` and the HMAC-SHA256 of the time (header `duoport-timestamp`, seconds since 1970), a
 * dot, and the body, in hex. Who answers makes the same, compares, and refuses what is older than a minute or two.
 */
export function signatureOf(secret: string, timestamp: string, body: string): string {
  return `sha256=${createHmac('sha256', secret).update(`${timestamp}.${body}`).digest('hex')}`;
}

/** The headers of a JSON body that is posted to a service which knows the secret. */
export function signedHeaders(secret: string, body: string): Readonly<Record<string, string>> {
  const timestamp = String(Math.floor(Date.now() / 1000));
  return {
    'content-type': 'application/json',
    accept: 'application/json',
    'user-agent': 'duoport',
    'duoport-timestamp': timestamp,
    'duoport-signature': signatureOf(secret, timestamp, body),
  };
}
