import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Lab } from './build.ts';

/** Starts the processes that belong to the network itself, and waits until each has said that it is ready. */
export async function startAgents(lab: Lab): Promise<void> {
  await Promise.all(
    (lab.topology.agents ?? []).map(async ({ host, script, arguments: words }) => {
      const child = lab.start(host, [...agentCommand(script), ...words], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      await new Promise<void>((resolve, reject) => {
        child.stdout?.once('data', () => resolve());
        child.once('error', reject);
        child.once('close', () => reject(new Error(`${script} on ${host} ended before it was ready.`)));
      });
    }),
  );
}

/** How to run a script of `agents/` with this Node: from source where that is what runs, otherwise as it was built. */
export function agentCommand(script: string): readonly string[] {
  const own = fileURLToPath(import.meta.url);
  const ending = own.endsWith('.ts') ? '.ts' : '.js';
  const path = fileURLToPath(new URL(`./agents/${script}${ending}`, import.meta.url));
  if (!existsSync(path)) throw new Error(`There is no agent ${script}.`);
  return ending === '.js'
    ? [process.execPath, path]
    : [process.execPath, '--conditions=duoport-source', '--import', 'tsx', path];
}
