import type { Facts } from '../facts.ts';
import type { FindingCode } from '../finding-codes.ts';
import { harmless, replyText } from '../harmless.ts';
import type { Observations } from '../observations.ts';
import { boxAt, distanceByTtl } from '../path.ts';
import type { HopSide } from '../report.ts';
import type { Verdict } from '../verdict.ts';
import { place, seconds, verdict } from './attempt.ts';

/** What keeps everything else from being tried. All that is found here breaks every mode. */
export function controlVerdicts(facts: Facts): readonly Verdict[] {
  const found = [unreached(facts), foreign(facts), broken(facts), handshake(facts), login(facts)];
  return found.filter((one) => one !== undefined);
}

function unreached({ seen, path, peer }: Facts): Verdict | undefined {
  const { dial } = seen.control;
  if (dial === undefined) {
    if (seen.addresses.length > 0) return undefined;
    return verdict('name-not-found', [`${harmless(seen.host, 80)} has no address`], 'client');
  }
  if (dial.how === 'open') return undefined;
  const where = place(dial.to);
  const distance = distanceByTtl(dial.ttl);
  const sender = path.hops.find((hop) => hop.address !== undefined && hop.address === dial.icmpFrom);
  const near: HopSide = sender?.side ?? (distance === undefined ? 'unknown' : boxAt(distance, path).side);
  const after = `after ${seconds(dial.took)}`;
  if (dial.how === 'refused') {
    const side = near === 'unknown' ? 'server' : near;
    return verdict('control-refused', [`${where} was refused (a TCP reset) ${after}`], side);
  }
  if (dial.how === 'rejected') {
    const by = dial.icmpFrom === undefined ? '' : ` by ${harmless(dial.icmpFrom, 60)}`;
    const side = dial.icmpFrom === peer ? 'server' : near;
    return verdict('control-refused', [`${where} was rejected (ICMP)${by} ${after}`], side);
  }
  if (dial.how === 'failed') {
    const why = harmless(dial.errno ?? 'no reason given', 40);
    return verdict('control-refused', [`${where} cannot be dialled from here: ${why}`], 'client');
  }
  return verdict('control-silent', [`${where} did not answer for ${seconds(dial.took)}`]);
}

function foreign({ seen }: Facts): Verdict | undefined {
  const { foreign, greeting } = seen.control;
  if (foreign !== undefined)
    return verdict('not-ftp', [`It greets with "${harmless(foreign, 80)}"`], 'server');
  if (greeting === undefined || greeting.code < 400) return undefined;
  // 421 for too many connections, 530 for an address that is not let in.
  return verdict('login-refused', [`It greets with "${replyText(greeting)}"`], 'server');
}

const brokenBy: Readonly<Record<'hangs' | 'closed' | 'garbage' | 'reset', FindingCode>> = {
  hangs: 'server-hangs',
  garbage: 'server-garbage',
  closed: 'control-cut',
  reset: 'control-cut',
};

function broken({ seen }: Facts): Verdict | undefined {
  const { broken } = seen.control;
  if (broken === undefined || seen.control.foreign !== undefined) return undefined;
  const verb = harmless(broken.verb, 30);
  const how = {
    hangs: `did not answer ${verb}`,
    garbage: `answered ${verb} with something that is no FTP reply`,
    closed: `closed the connection after ${verb}`,
    reset: `reset the connection after ${verb}`,
  }[broken.how];
  const code = brokenBy[broken.how];
  return verdict(code, [`The server ${how}`], code === 'control-cut' ? 'unknown' : 'server');
}

function handshake({ seen }: Facts): Verdict | undefined {
  const { tls } = seen.control;
  if (tls === undefined) return undefined;
  const why = tls.untrusted ?? (isAboutTrust(tls.error) ? tls.error : undefined);
  if (why !== undefined)
    return verdict('certificate-untrusted', [trust(why), ...certificateLines(tls.certificate)], 'server');
  if (tls.how === 'done') return undefined;
  return verdict(
    'tls-failed',
    [`TLS handshake failed: ${harmless(tls.error ?? 'no reason given')}`],
    'server',
  );
}

const wantsTls = /\b(?:tls|ssl|secure|encrypt|ftps)/i;

function login({ seen }: Facts): Verdict | undefined {
  const { login, plainLogin, tls } = seen.control;
  // Under TLS it went well: that the server wants it is worth a word, and breaks nothing.
  if (plainLogin !== undefined && plainLogin.code >= 400 && (login === undefined || login.code < 400)) {
    return verdict('tls-required', [`Without TLS the server answered "${replyText(plainLogin)}"`], 'server');
  }
  if (login === undefined || login.code < 400) return undefined;
  const evidence = [`The server answered the login with "${replyText(login)}"`];
  // 534, 521 and 522 speak of protection and nothing else; 530 and 550 do in words.
  const demand = [421, 521, 522, 534].includes(login.code) || wantsTls.test(login.text);
  return verdict(demand && tls?.how !== 'done' ? 'tls-required' : 'login-refused', evidence, 'server');
}

const trustCodes = /^(?:CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_(?:GET|VERIFY)|ERR_TLS_CERT)/;

function isAboutTrust(error: string | undefined): boolean {
  return error !== undefined && (trustCodes.test(error) || /certificate|fingerprint/i.test(error));
}

type Tls = NonNullable<Observations['control']['tls']>;

function certificateLines(facts: Tls['certificate']): readonly string[] {
  if (facts === undefined) return [];
  const names = facts.names
    .map((name) => harmless(name, 60))
    .slice(0, 5)
    .join(', ');
  return [
    `It is for ${names === '' ? 'no name' : names}, until ${harmless(facts.validTo?.slice(0, 10) ?? 'nobody knows when', 40)}`,
    `Its SHA-256 is ${harmless(facts.fingerprint, 100)}`,
  ];
}

function trust(code: string): string {
  const words: Readonly<Record<string, string>> = {
    CERT_HAS_EXPIRED: 'it has expired',
    CERT_NOT_YET_VALID: 'it is not valid yet',
    DEPTH_ZERO_SELF_SIGNED_CERT: 'the server signed it itself',
    SELF_SIGNED_CERT_IN_CHAIN: 'its chain ends at an authority that nobody here knows',
    UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'who signed it is not known here',
    UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'the server does not send the certificate of who signed it',
    ERR_TLS_CERT_ALTNAME_INVALID: 'it is for another name',
  };
  const known = words[code];
  return known === undefined ? `Certificate: ${harmless(code)}` : `Certificate: ${known} (${code})`;
}
