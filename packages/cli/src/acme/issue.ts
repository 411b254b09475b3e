import { setTimeout as sleep } from 'node:timers/promises';
import { type ChallengeDoor, trustingAgent } from '@duoport/net';
import { type Authorization, axios, Client, crypto, type Order } from 'acme-client';
import type { AcmePlan } from './acme-plan.ts';
import { keepAccount, keptAccount } from './acme-store.ts';
import { openResponder, type Responder } from './responder.ts';

/** A certificate with its chain, and its key; PEM. */
export interface Issued {
  readonly cert: string;
  readonly key: string;
}

/** Milliseconds that the issuer may take for one answer, and between two questions whether it is done. */
const answerTimeout = 30_000;
const pollInterval = 1_000;
/** Milliseconds from the order to the certificate. */
const patience = 180_000;

/** Orders a certificate and proves what is to be proven. Rejects with what the issuer says. */
export async function issue(plan: AcmePlan, door: ChallengeDoor, stop: AbortSignal): Promise<Issued> {
  const signal = AbortSignal.any([stop, AbortSignal.timeout(patience)]);
  setUpHttp(plan, signal);
  const client = await clientWithAccount(plan);
  const identifiers = plan.names.map((value) => ({ type: 'dns', value }));
  const order = await client.createOrder({ identifiers });
  await prove({ client, order, plan, door, signal });
  // A key of its own for each certificate.
  const [key, csr] = await crypto.createCsr(
    { commonName: plan.names[0] ?? '', altNames: [...plan.names] },
    await crypto.createPrivateEcdsaKey('P-256'),
  );
  await client.finalizeOrder(order, csr);
  const done = await settled(client, order, { signal, until: ['valid'] });
  return { cert: await client.getCertificate(done), key: key.toString() };
}

/** The library has one client of HTTP for the whole process. It does not retry: we do, and later. */
function setUpHttp({ ca }: AcmePlan, signal: AbortSignal): void {
  Object.assign(axios.defaults, {
    timeout: answerTimeout,
    signal,
    httpsAgent: ca === undefined ? undefined : trustingAgent(ca),
    acmeSettings: { retryMaxAttempts: 0, retryDefaultDelay: 1 },
  });
}

async function clientWithAccount(plan: AcmePlan): Promise<Client> {
  const kept = await keptAccount(plan);
  const key = kept?.key ?? (await crypto.createPrivateEcdsaKey('P-256')).toString();
  const { account, email, directory } = plan;
  const client = new Client({
    directoryUrl: directory,
    accountKey: key,
    ...(kept === undefined ? {} : { accountUrl: kept.url }),
    ...(account === undefined
      ? {}
      : { externalAccountBinding: { kid: account.keyId, hmacKey: account.key } }),
  });
  if (kept !== undefined) return client;
  await client.createAccount({
    termsOfServiceAgreed: true,
    ...(email === undefined ? {} : { contact: [`mailto:${email}`] }),
  });
  await keepAccount(plan, { key, url: client.getAccountUrl() });
  return client;
}

interface Proving {
  readonly client: Client;
  readonly order: Order;
  readonly plan: AcmePlan;
  readonly door: ChallengeDoor;
  readonly signal: AbortSignal;
}

async function prove({ client, order, plan, door, signal }: Proving): Promise<void> {
  const all = await client.getAuthorizations(order);
  const open = all.filter(({ status }) => status !== 'valid');
  if (open.length > 0) {
    const authorizations = new Map(open.map((each) => [each.identifier.value, each]));
    await using responder = await openResponder(plan.proof, door, async ({ name, keyAuthorization }) => {
      const authorization = authorizations.get(name);
      if (authorization === undefined) throw new Error(`Nobody asked for ${name}`);
      const [key, cert] = await crypto.createAlpnCertificate(
        authorization,
        keyAuthorization,
        await crypto.createPrivateEcdsaKey('P-256'),
      );
      return { cert: cert.toString(), key: key.toString() };
    });
    for (const authorization of open) await answer(client, authorization, responder);
    await settled(client, order, { signal, until: ['ready', 'valid'] });
  }
}

async function answer(client: Client, authorization: Authorization, responder: Responder): Promise<void> {
  const name = authorization.identifier.value;
  const challenge = authorization.challenges.find(({ type }) => type === responder.type);
  if (challenge === undefined) throw new Error(`The issuer does not offer ${responder.type} for ${name}`);
  const keyAuthorization = await client.getChallengeKeyAuthorization(challenge);
  await responder.expect({ name, token: challenge.token, keyAuthorization });
  await client.completeChallenge(challenge);
}

/** Asks until the order has come so far. */
async function settled(
  client: Client,
  order: Order,
  { signal, until }: { readonly signal: AbortSignal; readonly until: readonly Order['status'][] },
): Promise<Order> {
  for (;;) {
    const now = await client.getOrder(order);
    if (until.includes(now.status)) return now;
    if (now.status === 'invalid') throw new Error(await refusalOf(client, now));
    await sleep(pollInterval, undefined, { signal });
  }
}

/** In the issuer's words, for each name that it did not find here. */
async function refusalOf(client: Client, order: Order): Promise<string> {
  const authorizations = await client.getAuthorizations(order);
  const faults = authorizations.flatMap(({ identifier, challenges }) =>
    challenges.flatMap((challenge) => {
      const { detail } = (challenge as { readonly error?: { readonly detail?: string } }).error ?? {};
      return detail === undefined ? [] : [`${identifier.value}: ${detail}`];
    }),
  );
  return faults.length > 0 ? faults.join('; ') : 'The issuer refused the order without saying why';
}
