import { randomBytes } from 'node:crypto';
import type { Socket } from 'node:net';
import { type Endpoint, FtpRemoteError } from '@duoport/protocol';
import { connect } from '../connect.ts';
import { netLimits } from '../net-limits.ts';
import { takeHead } from '../take-head.ts';
import { type ClearTicket, encodeTicket, isReceipt, receiptSize } from './clear-ticket.ts';

/**
 * A plain connection to the agent for one stream of its line. Resolves when the agent has shown that it is the agent and takes it; with
 * undefined when it does not take it now. Rejects when nobody is there, or somebody else.
 */
export async function dialClear(
  at: Endpoint,
  key: Buffer,
  about: Pick<ClearTicket, 'stream' | 'direction'>,
): Promise<Socket | undefined> {
  const timeout = netLimits.directTimeout;
  const socket = await connect(
    { host: at.address, port: at.port },
    { channel: 'data', timeout, signal: undefined, peer: at },
  );
  socket.setNoDelay(true);
  const ticket: ClearTicket = { ...about, nonce: randomBytes(16).toString('hex') };
  socket.on('error', () => undefined);
  socket.write(encodeTicket(ticket, key), 'latin1');
  try {
    const { receipt } = await takeHead(socket, {
      what: 'The agent of the relay',
      timeout,
      decode: (bytes) => {
        const receipt = Buffer.from(bytes.subarray(0, receiptSize)).toString('latin1');
        const size = receipt.indexOf('\n') + 1;
        return size === 0 && bytes.length < receiptSize ? 'more' : { receipt, size };
      },
    });
    if (receipt === notNow) {
      socket.destroy();
      return undefined;
    }
    if (!isReceipt(receipt, ticket, key))
      throw new FtpRemoteError('somebody else than the agent answers there');
    return socket;
  } catch (error) {
    socket.destroy();
    throw error;
  }
}

/** The agent does not want the connection, or cannot use it. */
export const notNow = 'no\n';
