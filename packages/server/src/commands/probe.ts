import type { ByteSource } from '@duoport/net';
import { decodeNonceArgument, encodeNonce, isFault, probeReply, reply } from '@duoport/protocol';
import { command } from '../command.ts';
import type { SendPlan } from '../transfer.ts';
import { toWire } from '../transforms.ts';

/** What this server received, sent and saw: a client that compares it with its own side finds what was changed on the way. */
export const siteProbe = command('SITE PROBE', async ({ data }) => probeReply(await data.view()));

/** A data connection with a content that nobody can guess, and with both ends as they are seen here. */
export const siteNonce = command('SITE NONCE', ({ argument, data, parameters }) => {
  const nonce = decodeNonceArgument(argument);
  if (isFault(nonce)) return reply(501, nonce.fault);
  return {
    direction: 'send',
    what: 'a nonce',
    source: nonceSource(() => encodeNonce({ nonce, ...data.ends })),
    offset: 0,
    size: undefined,
    transform: toWire({ ...parameters, type: 'image' }),
  } satisfies SendPlan;
});

/** Made when it is read: the ends are known once the data connection stands. */
function nonceSource(make: () => Uint8Array): ByteSource {
  let rest: Uint8Array | undefined;
  return {
    read(into) {
      rest ??= make();
      const count = Math.min(rest.length, into.length);
      into.set(rest.subarray(0, count));
      rest = rest.subarray(count);
      return count;
    },
  };
}
