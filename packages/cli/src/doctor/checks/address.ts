import { type AddressClass, classifyAddress } from '@duoport/net';
import { printable } from '../../printable.ts';
import { type Check, fault, orFine, type ServerCheck, warning } from './check.ts';

/** What 227 will name is something that clients can dial. */
export const advertisedAddress: ServerCheck = (subject) => {
  if (!subject.modes.passive) return [];
  const { passiveAddress, machine } = subject;
  const setting = 'passive.addresses';
  if (!passiveAddress.some(({ clients }) => clients === undefined)) {
    const outside = machine.addresses.filter((address) => classifyAddress(address) === 'public');
    if (outside.length > 0)
      return orFine(
        [],
        setting,
        `the address that the client dialled; this machine has ${outside.join(', ')}`,
      );
    const text =
      'This machine has inside addresses only. Clients behind its router work as it is; for those from outside set the public address or a name.';
    return [warning(setting, 'address-inside-only', text)];
  }
  const problems = passiveAddress.flatMap(({ address, clients }) =>
    ruleProblems(address, clients !== undefined, subject),
  );
  return orFine(problems, setting, passiveAddress.map(({ address }) => printable(address)).join(', '));
};

const impossible: Readonly<Partial<Record<AddressClass, string>>> = {
  loopback: 'is every client’s own machine',
  unspecified: 'is no address that can be dialled',
  multicast: 'is a multicast group',
  'link-local': 'holds only on one cable',
  documentation: 'is for examples in books',
  reserved: 'is reserved and belongs to nobody',
};

function ruleProblems(
  address: string,
  perNetwork: boolean,
  { names, machine }: Parameters<ServerCheck>[0],
): readonly Check[] {
  const setting = 'passive.addresses';
  if (address === 'local') return [];
  const known = names.get(address);
  if (known?.length === 0)
    return [fault(setting, 'address-name-unknown', `${printable(address)} has no address: check the name.`)];
  const literals = known ?? [address];
  return literals.flatMap((literal): readonly Check[] => {
    const kind = classifyAddress(literal);
    const name = known === undefined ? literal : `${printable(address)} (${literal})`;
    const why = impossible[kind];
    if (why !== undefined)
      return [fault(setting, 'address-impossible', `${name} ${why}: no client can reach the server there.`)];
    const inside = kind === 'private' || kind === 'cgnat';
    if (inside && !perNetwork) {
      const ours = machine.addresses.includes(literal)
        ? 'this machine’s inside address'
        : 'an inside address';
      return [
        warning(
          setting,
          'address-inside',
          `${name} is ${ours}: clients from outside cannot dial it. Give it only to your own network, 10.0.0.0/8=${literal}, and the public address to all others.`,
        ),
      ];
    }
    return [];
  });
}
