import { fileURLToPath } from 'node:url';

const main = fileURLToPath(new URL('../../cli/src/main.ts', import.meta.url));
const built = fileURLToPath(new URL('../../cli/bin/duoport.js', import.meta.url));

/**
 * Node and its arguments that run the command `duoport`, whatever the current directory: from source, or as it was built where the
 * test runner has just built it (`DUOPORT_TEST=1`), which starts in a third of the time.
 */
export const duoportCommand: readonly [string, ...string[]] =
  process.env['DUOPORT_TEST'] === '1'
    ? [process.execPath, built]
    : [process.execPath, '--conditions=duoport-source', '--import', import.meta.resolve('tsx'), main];
