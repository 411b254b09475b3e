import type { ChallengeDoor } from '@duoport/net';
import type { AcmePlan } from '../acme/acme-plan.ts';
import type { keepFetched as KeepFetched } from '../acme/keep-fetched.ts';
import type { Watch } from '../seeing/watch.ts';
import { FileWatch } from './file-watch.ts';
import type { Reloading } from './reloading.ts';
import { soonOver } from './tls-plan.ts';

/** Twice a day: clocks jump, and a timer cannot wait for a year. */
const lookAgain = 12 * 3_600_000;

/** Sees to the certificates of a running server: changed files are read, ends are warned of, and what is to be fetched is fetched. */
export async function tendCertificates(
  log: Pick<Watch, 'note'>,
  reloading: Reloading,
  door: ChallengeDoor,
): Promise<AsyncDisposable> {
  const warn = (texts: readonly string[]) => {
    for (const message of texts) log.note({ event: 'certificate-warning', message }, `duoport: ${message}`);
  };
  let watch = watchFiles(reloading);
  let watched = reloading.plan.tls.files.join('\n');
  const fetch = fetcher(log, reloading, door);
  await fetch.follow();
  reloading.onChange(() => {
    const { files, warnings } = reloading.plan.tls;
    warn(warnings);
    void fetch.follow();
    if (files.join('\n') === watched) return;
    watched = files.join('\n');
    watch[Symbol.dispose]();
    watch = watchFiles(reloading);
  });
  warn(reloading.plan.tls.warnings);
  const look = () => warn(soonOver(reloading.plan.tls.certificates, Date.now()));
  const timer = setInterval(look, lookAgain).unref();
  return {
    [Symbol.asyncDispose]: async () => {
      clearInterval(timer);
      watch[Symbol.dispose]();
      await fetch.end();
    },
  };
}

function watchFiles(reloading: Reloading): FileWatch {
  const { files, contents } = reloading.plan.tls;
  return new FileWatch({ files, known: contents, changed: () => void reloading.renew() });
}

/** Fetches by the settings that hold, one time after the other. */
function fetcher(log: Pick<Watch, 'note'>, reloading: Reloading, door: ChallengeDoor) {
  let running: AsyncDisposable | undefined;
  let plan: AcmePlan | undefined;
  let last = Promise.resolve();
  const next = (wanted: () => AcmePlan | undefined): Promise<void> => {
    last = last.then(async () => {
      const asked = wanted();
      if (JSON.stringify(asked) === JSON.stringify(plan)) return;
      plan = asked;
      await running?.[Symbol.asyncDispose]();
      running = asked && (await fetching(asked, { log, door, renewed: () => reloading.renew() }));
    });
    return last;
  };
  return { follow: () => next(() => reloading.plan.tls.acme), end: () => next(() => undefined) };
}

/** Loaded only where it is asked for: it brings a client of HTTP. */
async function fetching(
  plan: AcmePlan,
  keeping: Parameters<typeof KeepFetched>[1],
): Promise<AsyncDisposable> {
  const { keepFetched } = await import('../acme/keep-fetched.ts');
  return keepFetched(plan, keeping);
}
