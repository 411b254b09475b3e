import { networkInterfaces } from 'node:os';
import { plainAddress } from '@duoport/net';

/** It is one of this host's addresses: a gateway that goes there may come to itself. */
export function isOwnAddress(address: string): boolean {
  const plain = plainAddress(address);
  return Object.values(networkInterfaces()).some((list) =>
    list?.some((own) => plainAddress(own.address) === plain),
  );
}
