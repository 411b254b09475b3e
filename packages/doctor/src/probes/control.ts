import type { ControlConnection } from '@duoport/net';
import { decodeFeat, type Features, hasFeature, isCompletion } from '@duoport/protocol';
import type { Observations } from '../observations.ts';
import { type CertificateWatch, certificateWatch } from './certificate.ts';
import type { Access, Context } from './context.ts';
import { type Dialogue, DialogueLost } from './dialogue.ts';
import { whoAnswers } from './foreign.ts';
import { closeDialogue, logIn, openDialogue, prepare, type Session, sessionOf } from './session.ts';
import { cut, messageOf, said } from './text.ts';

type Control = Observations['control'];
/** Filled in as far as it gets. */
type ControlDraft = { -readonly [Key in keyof Control]: Control[Key] };

/** What the first dialogue comes to. */
export interface Entered {
  readonly control: ControlDraft;
  /** Logged in; undefined when it did not come to that. */
  readonly session: Session | undefined;
  readonly features: Features;
}

/** Wishes of the user about TLS. */
interface TlsWish {
  /** Try it at all. */
  readonly may: boolean;
  /** Never without. */
  readonly must: boolean;
  /** From the first byte. */
  readonly implicit: boolean;
  /** Send the password although the certificate does not hold. */
  readonly trusting: boolean;
}

export interface Entry {
  readonly wish: TlsWish;
  /** Filled in on the way. */
  readonly control: ControlDraft;
  /** A connection that is open already. */
  readonly dialled?: ControlConnection | undefined;
}

/** Greeting, TLS, login, SYST, FEAT: the first dialogue, with everything written down on the way. */
export async function enter(
  context: Context,
  access: Access,
  { wish, control, dialled }: Entry,
): Promise<Entered> {
  const nothing: Entered = { control, session: undefined, features: noFeatures };
  const watch = certificateWatch(access.tls.session(access.host));
  const implicit = wish.implicit || access.implicit;
  let dialogue: Dialogue;
  try {
    dialogue = await openDialogue(
      context,
      { ...access, implicit },
      wish.may ? watch.session : undefined,
      dialled,
    );
  } catch (error) {
    context.signal.throwIfAborted();
    // TCP was tried before: what fails here is the handshake.
    if (implicit) control.tls = { how: 'failed', error: messageOf(error) };
    control.broken = { verb: implicit ? 'TLS' : 'connect', how: 'closed' };
    return nothing;
  }
  if (implicit) noteTls(control, watch);
  try {
    const { clock, replyPatience } = context;
    const greeting = await dialogue.greeting(clock.atMost(replyPatience));
    control.greeting = said(greeting);
    if (!isCompletion(greeting)) return nothing;
    let features = await feat(context, dialogue, control);
    if (wish.may && !implicit && !(await secure(context, dialogue, control, watch))) {
      if (wish.must) return nothing;
    }
    if (wish.must && control.tls?.untrusted !== undefined && !wish.trusting) return nothing;
    const login = await logIn(context, dialogue, access);
    control.login = login;
    if (login.code !== 230 && login.code !== 202) return nothing;
    features = await describe(context, dialogue, control, features);
    const probes = hasFeature(features, 'SITE PROBE');
    const { protection } = await prepare(context, dialogue, access);
    if (protection !== undefined) control.protection = protection;
    const isProtected = protection !== undefined && protection.code < 300;
    const session = sessionOf({ ...access, probes }, dialogue, isProtected ? watch.session : undefined);
    return { control, session, features };
  } catch (error) {
    context.signal.throwIfAborted();
    if (!(error instanceof DialogueLost)) throw error;
    await lost(context, access, dialogue, control, error);
    return nothing;
  } finally {
    if (control.login?.code !== 230 && control.login?.code !== 202) await closeDialogue(context, dialogue);
  }
}

const noFeatures = decodeFeat({ code: 211, lines: [] });

/** AUTH TLS with its handshake. False: the connection is as it was, in clear. Throws DialogueLost. */
async function secure(
  context: Context,
  dialogue: Dialogue,
  control: ControlDraft,
  watch: CertificateWatch,
): Promise<boolean> {
  const { clock, replyPatience } = context;
  const reply = await dialogue.call('AUTH', 'TLS', clock.atMost(replyPatience));
  if (reply.code !== 234) return false;
  control.tlsOffered = true;
  try {
    await dialogue.secured(clock.atMost(replyPatience));
  } catch (error) {
    control.tls = {
      how: 'failed',
      error: error instanceof DialogueLost ? cut(error.loss.text) : messageOf(error),
    };
    throw error;
  }
  noteTls(control, watch);
  return true;
}

function noteTls(control: ControlDraft, { untrusted, certificate }: CertificateWatch): void {
  const why = untrusted();
  control.tlsOffered = true;
  control.tls = {
    how: 'done',
    error: undefined,
    ...(why === undefined ? {} : { untrusted: why }),
    certificate: certificate(),
  };
}

/** FEAT may be asked before the login, and some servers tell more after it. */
async function feat(context: Context, dialogue: Dialogue, control: ControlDraft): Promise<Features> {
  const reply = await dialogue.call('FEAT', undefined, context.clock.atMost(context.replyPatience));
  if (reply.code !== 211) return noFeatures;
  control.feat = reply.lines
    .slice(1, -1)
    .slice(0, mostFeatures)
    .map((line) => cut(line.trim()));
  const features = decodeFeat(reply);
  if (hasFeature(features, 'AUTH TLS')) control.tlsOffered = true;
  return features;
}

const mostFeatures = 100;

async function describe(
  context: Context,
  dialogue: Dialogue,
  control: ControlDraft,
  before: Features,
): Promise<Features> {
  const features = await feat(context, dialogue, control);
  const system = await dialogue.call('SYST', undefined, context.clock.atMost(context.replyPatience));
  if (system.code === 215) control.system = cut(system.lines.join(' '));
  return features === noFeatures ? before : features;
}

/** Where it broke off, and who that was when it never was FTP. */
async function lost(
  context: Context,
  access: Access,
  dialogue: Dialogue,
  control: ControlDraft,
  { loss }: DialogueLost,
): Promise<void> {
  control.broken = { verb: loss.verb, how: loss.how };
  if (control.greeting !== undefined) return;
  control.foreign = await whoAnswers(context, access, dialogue.start);
}
