import { writeFileSync } from 'node:fs';
import { ensurePeers } from '../scripts/debian.mjs';
import type { Bench } from './contests.ts';
import { measureCrowd } from './measure-crowd.ts';
import { measureGateways } from './measure-gateways.ts';
import { measureServers } from './measure-servers.ts';
import { enterNamespace, inNamespace } from './namespace.ts';
import { type Options, type Part, parseOptions, parts, usage } from './options.ts';
import { toLines } from './report/console.ts';
import { crowdPage } from './report/crowd-page.ts';
import { gatewaysPage } from './report/gateways-page.ts';
import { type Page, type Run, toJson } from './report/json.ts';
import { describeMachine } from './report/machine.ts';
import { serversPage } from './report/servers-page.ts';
import { makeSupplies } from './servers/supplies.ts';

const say = (line: string) => void process.stderr.write(`${line}\n`);

async function main(): Promise<void> {
  const options = parseOptions(process.argv.slice(2));
  // Peers are fetched before: inside the namespace there is no network.
  const status = enterNamespace(ensurePeers(), say);
  if (status !== undefined) process.exit(status);
  const run = { machine: describeMachine(), ownNetwork: inNamespace(), rounds: options.rounds };
  const supplies = makeSupplies();
  try {
    const bench = { options, supplies, say };
    const pages: Page[] = [];
    if (wants(options, 'servers', 'clients')) pages.push(await serversOf(bench, run));
    if (wants(options, 'gateway', 'relay')) pages.push(await gatewaysOf(bench, run));
    if (wants(options, 'crowd')) pages.push(await crowdOf(bench, run));
    publish(options, run, pages);
  } finally {
    supplies.remove();
  }
}

function wants({ only }: Options, ...parts: readonly Part[]): boolean {
  return parts.some((part) => only.has(part));
}

async function serversOf(bench: Bench, run: Run): Promise<Page> {
  const { servers, clients, clientServer } = await measureServers(bench);
  const markdown = () => serversPage({ ...run, servers, clients, clientServer });
  return { name: 'benchmarks', parts: { servers, clients }, facts: { clientServer }, markdown };
}

async function gatewaysOf(bench: Bench, run: Run): Promise<Page> {
  const { gateway, relay, behind } = await measureGateways(bench);
  const markdown = () => gatewaysPage({ ...run, gateway, relay, behind });
  return { name: 'benchmarks-gateway', parts: { gateway, relay }, facts: { behind }, markdown };
}

async function crowdOf(bench: Bench, run: Run): Promise<Page> {
  const crowd = await measureCrowd(bench);
  return {
    name: 'benchmarks-crowd',
    parts: { crowd },
    facts: {},
    markdown: () => crowdPage({ ...run, crowd }),
  };
}

function publish(options: Options, run: Run, pages: readonly Page[]): void {
  for (const { parts } of pages) {
    process.stdout.write(`${toLines(Object.values(parts).flat()).join('\n')}\n`);
  }
  if (options.json !== undefined) writeFileSync(options.json, toJson(run, pages));
  if (!options.write) return;
  for (const page of pages.filter((page) => isWhole(options, page))) {
    writeFileSync(new URL(`../docs/${page.name}.md`, import.meta.url), page.markdown());
    writeFileSync(new URL(`../docs/${page.name}.json`, import.meta.url), toJson(run, [page]));
  }
}

// A page is one run: half of it would leave the other half out.
function isWhole({ only }: Options, page: Page): boolean {
  return parts.every((part) => !(part in page.parts) || only.has(part));
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    say(error instanceof Error ? (error.stack ?? error.message) : String(error));
    say(usage);
    process.exit(1);
  },
);
