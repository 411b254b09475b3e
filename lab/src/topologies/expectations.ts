import type { DataVerb } from '@duoport/doctor';
import type { Expectation, ExpectedCell, ExpectedFailure } from '../topology.ts';

export const works: ExpectedCell = { outcome: 'works' };

/** A cell that fails; no cure unless told. */
export function fails(
  how: Omit<ExpectedFailure, 'outcome' | 'cure'> & Partial<ExpectedFailure>,
): ExpectedCell {
  return { cure: [], ...how, outcome: 'fails' };
}

export function none(because: string): ExpectedCell {
  return { outcome: 'none', because };
}

/** For PASV and PORT where the control connection is IPv6. */
export const noIpv4: ExpectedCell = none('it speaks of IPv4 addresses only, and this connection is IPv6');

/** The same under TLS as without. */
export function same(cells: Readonly<Record<DataVerb, ExpectedCell>>): Expectation {
  return expectation(cells, cells);
}

export function expectation(
  plain: Readonly<Record<DataVerb, ExpectedCell>>,
  tls: Readonly<Record<DataVerb, ExpectedCell>>,
): Expectation {
  return {
    PASV: { plain: plain.PASV, tls: tls.PASV },
    EPSV: { plain: plain.EPSV, tls: tls.EPSV },
    PORT: { plain: plain.PORT, tls: tls.PORT },
    EPRT: { plain: plain.EPRT, tls: tls.EPRT },
  };
}

/** One answer for passive mode, one for active. */
export function modes(passive: ExpectedCell, active: ExpectedCell): Readonly<Record<DataVerb, ExpectedCell>> {
  return { PASV: passive, EPSV: passive, PORT: active, EPRT: active };
}
