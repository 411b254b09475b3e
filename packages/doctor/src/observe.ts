import type { ControlConnection } from '@duoport/net';
import { decodeNonce, endpoint, hasFeature, isFault } from '@duoport/protocol';
import type { Attempt, Observations } from './observations.ts';
import type { DoctorOptions } from './options.ts';
import type { Tried, Try } from './probes/attempt.ts';
import { takesAll } from './probes/certificate.ts';
import type { Access, Context } from './probes/context.ts';
import { enter } from './probes/control.ts';
import { tlsFromTheFirstByte } from './probes/foreign.ts';
import { distanceIn, traceTo } from './probes/hops.ts';
import { stayIdle } from './probes/idle.ts';
import { type Inside, type Run, unlessRefused } from './probes/inside.ts';
import { runLanes, untried } from './probes/lanes.ts';
import { mostBytes } from './probes/passive.ts';
import { type Known, planNext, planShares, planTries } from './probes/plan.ts';
import { reachControl } from './probes/reach.ts';
import {
  accessOf,
  defaultBudget,
  emptyFindings,
  newNonce,
  openContext,
  readUrl,
  smallFile,
} from './probes/run.ts';
import { followUp } from './probes/second-round.ts';
import { LoginRefused, openSession, type Session } from './probes/session.ts';

/**
 * Tries every way of making a data connection with a server and writes down what happened. Whatever the server does, it
 * ends within the budget with all that was seen until then, and every connection of it is closed. Nothing is stored, removed
 * or left on the server unless `write` is set, and no password but the given one is tried. Throws FTP_LOCAL_PROTOCOL for a URL that is none,
 * and the reason of `signal` when that fires.
 */
export async function observe(options: DoctorOptions): Promise<Observations> {
  options.signal?.throwIfAborted();
  const target = readUrl(options);
  const findings = emptyFindings(options, target);
  const pending = new Set<Try>();
  const since = performance.now();
  const end = new AbortController();
  const ends = [end.signal, ...(options.signal ? [options.signal] : [])];
  const context = await openContext(options, findings, AbortSignal.any(ends));
  const budget = (options.budget ?? defaultBudget) + (options.long ?? 0);
  const timer = setTimeout(
    () => end.abort(new Error('the budget of the run is used up')),
    budget - hangUpTime(budget),
  );
  try {
    await examine({ context, findings, target, pending });
  } catch (error) {
    // Out of time is no failure: what was seen counts.
    if (!context.signal.aborted) throw error;
    options.signal?.throwIfAborted();
  } finally {
    clearTimeout(timer);
    end.abort(new Error('the run is over'));
    await Promise.all([...context.dialogues].map((dialogue) => dialogue.close()));
    await context.sight.close();
  }
  for (const left of pending) {
    findings.attempts = [...findings.attempts, untried(left, 'no time was left')];
  }
  return {
    ...findings,
    passivePorts: [...context.passivePorts],
    took: Math.round(performance.now() - since),
  };
}

function hangUpTime(budget: number): number {
  return Math.min(700, budget / 15);
}

async function examine(run: Run): Promise<void> {
  const { context, findings, target } = run;
  const { options } = context;
  const reach = await reachControl(context, findings.host, findings.port);
  findings.addresses = reach.addresses;
  const local = reach.connection?.local;
  findings.local = local && { address: local.address, port: local.port };
  const dial = reach.dials.find(({ how }) => how === 'open') ?? reach.dials[0];
  const control = { ...findings.control, dial, dials: reach.dials };
  findings.control = control;
  if (reach.target === undefined) {
    const first = reach.dials[0]?.to;
    if (first)
      findings.traces = {
        ...findings.traces,
        control: await traceTo(context, endpoint(first.address, first.port)),
      };
    return;
  }
  const access: Access = { ...accessOf(options, target), target: reach.target };
  const entered = await enterSomehow(run, access, reach.connection);
  if (entered === undefined) return;
  await tryAll(run, entered);
}

/** In under TLS when that can be had, in clear when not; both when the wish leaves it open. */
async function enterSomehow(
  run: Run,
  access: Access,
  dialled: ControlConnection | undefined,
): Promise<Inside | undefined> {
  const { context, findings, target } = run;
  const { options } = context;
  const must = target.secure || options.tls === 'explicit' || options.tls === 'implicit';
  const wish = {
    may: options.tls !== 'none',
    must,
    implicit: options.tls === 'implicit' || (target.secure && findings.port === 990),
    trusting: options.insecure === true || access.user === 'anonymous',
  };
  const go = async (part: Partial<typeof wish>, connection?: ControlConnection) => {
    const control = { ...findings.control };
    findings.control = control;
    return await enter(context, access, { wish: { ...wish, ...part }, control, dialled: connection });
  };
  let implicit = wish.implicit;
  let entered = await go({}, dialled);
  if (findings.control.foreign === tlsFromTheFirstByte && wish.may && !implicit) {
    implicit = true;
    findings.control = { ...findings.control, broken: undefined };
    entered = await go({ implicit });
  } else if (entered.session === undefined && findings.control.tls?.how === 'failed' && !must) {
    findings.control = { ...findings.control, broken: undefined };
    entered = await go({ may: false });
  }
  if (implicit) findings.control = { ...findings.control, implicit };
  if (entered.session === undefined) return undefined;
  const probes = hasFeature(entered.features, 'SITE PROBE');
  const later: Access = { ...access, implicit, probes, tls: takesAll(access.tls) };
  const secure = entered.session.secure;
  const clear = secure && !must && !implicit ? await enterClear(run, later) : undefined;
  const known: Known = {
    family: access.target.family,
    clear: clear !== undefined || !secure,
    secure,
    nonce: hasFeature(entered.features, 'SITE NONCE'),
    verbs: options.verbs,
  };
  return { access: later, entered, known, sessions: clear ? [entered.session, clear] : [entered.session] };
}

/** Does the server let us in without TLS as well? */
async function enterClear({ context, findings }: Run, access: Access): Promise<Session | undefined> {
  try {
    return await openSession(context, access, false);
  } catch (error) {
    context.signal.throwIfAborted();
    if (error instanceof LoginRefused) findings.control = { ...findings.control, plainLogin: error.said };
    return undefined;
  }
}

async function tryAll(run: Run, inside: Inside): Promise<void> {
  const { context, findings, pending } = run;
  const { access, known, sessions } = inside;
  const tries = planTries(known);
  for (const each of tries) pending.add(each);
  const idle = startIdle(run, inside);
  // Hops and tries at the same time: the first failing try waits for the hops.
  const control = traceTo(context, access.target, { atOnce: 2 }).then((trace) => {
    findings.traces = { ...findings.traces, control: trace };
    return distanceIn(trace);
  });
  control.catch(() => undefined);
  const seeing: Context = { ...context, distance: () => control.catch(() => undefined) };
  const shares = planShares(context.options.budget ?? defaultBudget, context.options.patience);
  const nonce = newNonce();
  const report = (attempt: Attempt) => {
    findings.attempts = [...findings.attempts, attempt];
    const data = findings.traces.data ?? attempt.trace;
    findings.traces = { ...findings.traces, data };
  };
  await runLanes(
    seeing,
    access,
    {
      tries,
      next: (done, tried) => planNext(done, known, { file: smallFile(tried.sample, mostBytes), nonce }),
      report: (attempt, tried, request) => {
        pending.delete(request);
        report(tried ? checked(attempt, tried, request, nonce) : attempt);
      },
      reserve: shares.afterwards,
    },
    [...sessions],
  );
  await control.catch(() => undefined);
  await followUp({ ...run, context: seeing }, inside, report);
  await idle;
}

function startIdle({ context, findings }: Run, { access, known }: Inside): Promise<void> {
  const { long } = context.options;
  if (long === undefined) return Promise.resolve();
  const doing = openSession(context, access, !known.clear).then(async (session) => {
    findings.idle = await stayIdle(context, session, long);
  });
  return unlessRefused(context, doing);
}

/** `SITE NONCE`: only the very nonce counts. */
function checked(attempt: Attempt, { sample }: Tried, { transfer }: Try, nonce: string): Attempt {
  if (transfer.verb !== 'SITE' || attempt.outcome !== 'works') return attempt;
  const view = decodeNonce(sample);
  if (isFault(view) || view.nonce !== nonce) {
    return {
      ...attempt,
      outcome: 'fails',
      error: 'what came over the data connection is not what the server sent',
    };
  }
  return { ...attempt, nonce: { peer: view.peer, local: view.local } };
}
