import type { GatewayOptions } from '@duoport/gateway';
import { lookUpOutside } from '@duoport/outside';
import type { FrontFlags } from '../flags/serve-flags.ts';
import type { PortRange } from '../flags/values.ts';
import type { Certificate } from '../serve/certificate.ts';

/** The clients' side of a gateway or a relay, as their flags have it. */
export function frontOf({
  passivePorts: ports,
  passiveAddress: address,
  activeSourcePort: sourcePort,
  certificate,
}: {
  readonly passivePorts: PortRange;
  readonly passiveAddress?: FrontFlags['passiveAddress'];
  readonly activeSourcePort?: number | undefined;
  readonly certificate: Certificate | undefined;
}): Pick<NonNullable<GatewayOptions['client']>, 'ports' | 'address' | 'lookup' | 'sourcePort' | 'tls'> {
  return {
    ports,
    address,
    lookup: lookUpOutside,
    sourcePort,
    tls: certificate && { cert: certificate.cert, key: certificate.key },
  };
}
