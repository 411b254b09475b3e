import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { chmod, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { command, temporary } from './command.ts';

// Every ```console block of the README and of docs/guide is run, page by page, top to bottom, each page in a folder of its own. A line that
// begins with `$ ` is a command; the lines after it, up to the next command, are what it prints. Numbers differ from run to
// run (ports, times, rates), and so do passwords and fingerprints: they are compared as "there is one". A line that says
// only `…` stands for any lines.

interface Step {
  readonly line: string;
  readonly shown: readonly string[];
}

const fingerprint = /\b(?:[0-9A-F]{2}:){31}[0-9A-F]{2}\b/;
const root = new URL('../../../', import.meta.url);
const guides = (await readdir(new URL('docs/guide/', root))).filter((name) => name.endsWith('.md')).sort();

for (const page of ['README.md', ...guides.map((name) => `docs/guide/${name}`)]) {
  test(`what ${page} shows is what happens`, async (t) => {
    const steps = stepsOf(await readFile(new URL(page, root), 'utf8'));
    const missing = ['curl', 'lftp'].filter(
      (name) => steps.some((step) => step.line.includes(`${name} `)) && !installed(name),
    );
    if (missing.length > 0) {
      t.skip(`not installed: ${missing.join(', ')}`);
      return;
    }
    await using place = await workplace();
    for (const step of steps) await follow(step, place.run);
  });
}

/** Who is there changes from moment to moment: it is asked until the page is right, or for long enough to know that it is not. */
async function follow(step: Step, run: (step: Step) => Promise<string>): Promise<void> {
  const asks = step.line.startsWith('npx duoport who') ? 30 : 1;
  for (let asked = 1; ; asked += 1) {
    try {
      return compare(step, await run(step));
    } catch (error) {
      if (asked === asks) throw error;
    }
  }
}

function stepsOf(text: string): readonly Step[] {
  const blocks = [...text.matchAll(/^```console\n(.*?)^```$/gms)].map((match) => match[1] ?? '');
  const steps: { line: string; shown: string[] }[] = [];
  for (const line of blocks.flatMap((block) => block.replace(/\n$/, '').split('\n'))) {
    if (line.startsWith('$ ')) steps.push({ line: line.slice(2), shown: [] });
    else steps.at(-1)?.shown.push(line);
  }
  return steps;
}

function installed(name: string): boolean {
  return (process.env['PATH'] ?? '').split(':').some((folder) => existsSync(join(folder, name)));
}

/** A folder with `files` in it, a shell in which `npx duoport` is the source, at most one server, and gateways and relays to it. */
async function workplace(): Promise<{ run(step: Step): Promise<string> } & AsyncDisposable> {
  const folder = await temporary();
  await mkdir(join(folder.path, 'bin'));
  await mkdir(join(folder.path, 'work/files'), { recursive: true });
  await writeFile(join(folder.path, 'work/files/readme.txt'), 'Hello from the other side.\n');
  const npx = join(folder.path, 'bin/npx');
  await writeFile(npx, `#!/bin/sh\nshift\nexec ${command.map((word) => `'${word}'`).join(' ')} "$@"\n`);
  await chmod(npx, 0o755);
  const env = {
    ...process.env,
    PATH: `${join(folder.path, 'bin')}:${process.env['PATH']}`,
    HOME: folder.path,
    LANG: 'C.UTF-8',
    COLUMNS: '100',
    // Whoever reads the page sits at a terminal.
    DUOPORT_LOGS_FORMAT: 'text',
  };
  const shell = (line: string) =>
    spawn('sh', ['-c', `exec 2>&1; ${line}`], { cwd: join(folder.path, 'work'), env, detached: true });
  const children: ReturnType<typeof shell>[] = [];
  // Ports as the page has them, and which free ones they are in this run.
  const ports = new Map<string, string>();
  const fingerprints = new Map<string, string>();
  const stop = async (): Promise<void> => {
    for (const child of children.splice(0)) {
      if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) continue;
      const closed = once(child, 'close');
      killGroup(child.pid);
      await closed;
    }
  };
  return {
    async run({ line, shown }) {
      const serving = /^npx duoport (?:serve|gateway|relay serve|relay connect) /.test(line);
      if (line.startsWith('npx duoport serve')) await stop();
      const asked = /--listen 127\.0\.0\.1:(\d+)/.exec(line)?.[1] ?? '';
      const child = shell(
        line
          .replace(
            /(--listen |listen: )?127\.0\.0\.1:(\d+)/g,
            (all, listen: string | undefined, port: string) =>
              listen === undefined
                ? all.replace(port, ports.get(port) ?? port)
                : `${listen}127.0.0.1:${serving || listen === 'listen: ' ? 0 : port}`,
          )
          .replace(fingerprint, (all) => fingerprints.get(all) ?? all),
      );
      children.push(child);
      const lines: string[] = [];
      for await (const text of createInterface({ input: child.stdout })) {
        lines.push(text);
        const got = /^ {2}address +ftps?:\/\/127\.0\.0\.1:(\d+)/.exec(text)?.[1];
        if (got !== undefined) ports.set(asked, got);
        const agents = /^Agents dial 127\.0\.0\.1:(\d+)/.exec(text)?.[1];
        if (agents !== undefined) ports.set(asked, agents);
        const [control, page] = [text, shown.join(' ')].map(
          (said) => /come in on port (\d+)/.exec(said)?.[1],
        );
        if (control !== undefined && page !== undefined) ports.set(page, control);
        const [counters, shownCounters] = [text, shown.join(' ')].map(
          (said) => /metrics +http:\/\/127\.0\.0\.1:(\d+)/.exec(said)?.[1],
        );
        if (counters !== undefined && shownCounters !== undefined) ports.set(shownCounters, counters);
        const [pin, shownPin] = [text, shown.join(' ')].map((said) => fingerprint.exec(said)?.[0]);
        if (pin !== undefined && shownPin !== undefined) fingerprints.set(shownPin, pin);
        if (serving && /^(?:Ctrl-C|Connected to the relay)/.test(text)) break;
      }
      return lines.join('\n');
    },
    async [Symbol.asyncDispose]() {
      await stop();
      await folder[Symbol.asyncDispose]();
    },
  };
}

/** With what it has started. It may be gone already, and nobody has been told yet. */
function killGroup(leader: number): void {
  try {
    process.kill(-leader, 'SIGKILL');
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}

/**
 * The words that are shown must be the words that are printed; with a line `…` there may be more. Not their order and not the line
 * breaks: two connections overtake one another from run to run, and a longer number breaks a line elsewhere.
 */
function compare(step: Step, printed: string): void {
  const some = step.shown.some((line) => line.trim() === '…');
  const shown = words(step.shown.filter((line) => line.trim() !== '…').join('\n'));
  const left = words(printed);
  for (const word of shown) {
    const at = left.indexOf(word);
    assert.ok(at >= 0, `$ ${step.line}\nprints no (further) "${word}":\n${printed}`);
    left.splice(at, 1);
  }
  if (!some) assert.deepEqual(left, [], `$ ${step.line}\nprints more than the page shows:\n${printed}`);
}

function words(text: string): string[] {
  return alike(text)
    .split(/\s+/)
    .filter((word) => word !== '');
}

function alike(text: string): string {
  return (
    text
      .replace(/(?:[0-9A-F]{2}:){19,31}[0-9A-F]{2}/g, 'FINGERPRINT')
      .replace(/sha256\/\/[\w+/=]+/g, 'sha256//PIN')
      .replace(/\b[a-z2-9]{4}-[a-z2-9]{4}-[a-z2-9]{4}\b/g, 'PASSWORD')
      .replace(/\/\S*\/files\b/g, '/…/files')
      // How many routers the doctor sees on the way is the machine's affair.
      .replace(/[─┼]{3,}/g, '───')
      .replace(/\d+(?:[.,]\d+)*/g, '0')
      .replace(/(?:[KMG]iB|B)\/s/g, 'B/s')
  );
}
