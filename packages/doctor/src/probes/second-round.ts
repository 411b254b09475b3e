import type { Attempt } from '../observations.ts';
import type { Try } from './attempt.ts';
import { samplePorts, writeOnce } from './extras.ts';
import { traceTo, unusedPort } from './hops.ts';
import { type Inside, type Run, unlessRefused } from './inside.ts';
import { runLanes } from './lanes.ts';
import { isActive, planFollowUps, planPunch, planUnresumed, planWrite } from './plan.ts';
import { punch } from './punch.ts';
import { newNonce } from './run.ts';

/** The second round, one after the other: each is worth less than the one before. */
export async function followUp(run: Run, inside: Inside, report: (attempt: Attempt) => void): Promise<void> {
  const { context, findings } = run;
  const { access, known } = inside;
  const once = async (tries: readonly Try[], take: (attempt: Attempt) => void) => {
    if (tries.length === 0) return;
    await runLanes(context, access, { tries, next: () => [], report: take, reserve: 0 }, []);
  };
  const fails = findings.attempts.some(({ outcome }) => outcome === 'fails');
  const other = fails
    ? traceTo(context, unusedPort(access.target), { maxHops: await context.distance(0), atOnce: 16 })
    : undefined;
  await once(planFollowUps(findings.attempts, access.target.address), report);
  findings.traces = { ...findings.traces, other: await other };
  const punchable = planPunch(findings.attempts);
  const distance = await context.distance(0);
  if (punchable !== undefined && distance !== undefined && distance > 1) {
    findings.punched = await unlessRefused(context, punch(context, access, punchable, distance));
  }
  const unresumed = planUnresumed(findings.attempts);
  await once(unresumed ? [unresumed] : [], (attempt) => {
    findings.unresumed = attempt;
  });
  const announced = findings.attempts.some(
    ({ verb, announced }) => !isActive(verb) && announced !== undefined,
  );
  if (announced) await unlessRefused(context, samplePorts(context, access, !known.clear));
  const how = context.options.write ? planWrite(findings.attempts) : undefined;
  if (how !== undefined) {
    const name = `duoport-doctor-${newNonce()}.tmp`;
    const written = await unlessRefused(context, writeOnce(context, access, how, name));
    findings.wrote = written?.wrote;
    if (written) report(written.attempt);
  }
}
