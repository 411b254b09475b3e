import type { Lab } from './build.ts';
import { nodeCommand } from './drivers/programs.ts';

/** Starts the processes that belong to the network itself, and waits until each has said that it is ready. */
export async function startAgents(lab: Lab): Promise<void> {
  await Promise.all(
    (lab.topology.agents ?? []).map(async ({ host, script, arguments: words }) => {
      const path = new URL(`./agents/${script}${import.meta.url.slice(-3)}`, import.meta.url);
      const argv = [...nodeCommand(path), ...words];
      const child = lab.start(host, argv, { stdio: ['ignore', 'pipe', 'inherit'] });
      await new Promise<void>((resolve, reject) => {
        child.stdout?.once('data', () => resolve());
        child.once('error', reject);
        child.once('close', () => reject(new Error(`${script} on ${host} ended before it was ready.`)));
      });
    }),
  );
}
