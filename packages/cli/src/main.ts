import { run } from './program.ts';

// The first Ctrl-C asks to end properly, the second to end at once, the third is for when even that hangs.
const interrupt = new AbortController();
const terminate = new AbortController();

function stop(): void {
  if (!interrupt.signal.aborted) interrupt.abort();
  else if (!terminate.signal.aborted) terminate.abort();
  else process.exit(1);
}

process.on('SIGINT', stop);
process.on('SIGTERM', stop);

// `duoport cat … | head`: nobody reads any more, so there is nothing left to do and nobody to tell.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(1);
  throw error;
});

process.exitCode = await run(process.argv.slice(2), {
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  env: process.env,
  interrupt: interrupt.signal,
  terminate: terminate.signal,
  self: [process.execPath, ...process.execArgv, ...process.argv.slice(1)],
  onUserSignal: (asked) => {
    if (process.platform !== 'win32') process.on('SIGUSR2', asked);
  },
  onHangup: (asked) => process.on('SIGHUP', asked),
});

// Whoever presses Ctrl-C twice wants the process gone, and not first a connection that takes its time to close.
if (terminate.signal.aborted) process.exit();
