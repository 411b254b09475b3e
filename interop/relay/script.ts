import { fileURLToPath } from 'node:url';

/**
 * What runs a script in a process of its own: its packages built where the test runner has just built them, as the
 * command is. With as many descriptors as thousands of connections need, where that is allowed.
 */
export function script(at: URL, settings: object): readonly [string, ...string[]] {
  const file = fileURLToPath(at);
  const source = process.env['DUOPORT_TEST'] === '1' ? [] : ['--conditions=duoport-source'];
  const node = [process.execPath, ...source, '--expose-gc', '--import', import.meta.resolve('tsx'), file];
  return ['sh', '-c', 'ulimit -n 16384 2>/dev/null; exec "$@"', 'sh', ...node, JSON.stringify(settings)];
}
