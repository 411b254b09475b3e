import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

/** Other people's programs that the lab drives. */
type ProgramName = 'curl' | 'lftp' | 'python3' | 'openssl' | 'vsftpd';

export interface Programs {
  /** The path of a program. @throws Error that says why it is not here. */
  need(name: ProgramName): string;
  /** What is missing and why; empty: nothing. */
  readonly missing: readonly string[];
  /** For programs that were unpacked and not installed. */
  readonly environment: Readonly<Record<string, string>>;
}

const wanted: readonly ProgramName[] = ['curl', 'lftp', 'python3', 'openssl', 'vsftpd'];

interface Found {
  readonly paths: Readonly<Record<string, string | undefined>>;
  readonly environment: Readonly<Record<string, string>>;
  readonly missing: readonly { readonly name: string; readonly reason: string }[];
}

/** Looks for the programs; `fetch`: also gets what is missing, where apt and root are. */
export async function findPrograms(options: { readonly fetch?: boolean } = {}): Promise<Programs> {
  const script = join(repository(), 'scripts', 'debian.mjs');
  // Plain JavaScript outside of every package: it has to run before anything is installed.
  const debian: { locatePeers(): Found; ensurePeers(): Found } = await import(pathToFileURL(script).href);
  const found = options.fetch === true ? debian.ensurePeers() : debian.locatePeers();
  const lost = found.missing.filter(({ name }) => wanted.some((one) => one === name));
  return {
    environment: { LD_LIBRARY_PATH: found.environment['LD_LIBRARY_PATH'] ?? '' },
    missing: lost.map(({ name, reason }) => `${name}: ${reason}`),
    need: (name) => {
      const path = found.paths[name];
      if (path !== undefined) return path;
      throw new Error(found.missing.find((one) => one.name === name)?.reason ?? `${name} is missing`);
    },
  };
}

/**
 * How to run a TypeScript file of the lab: from source where that is what runs, otherwise as it was built. The test runner builds
 * before it runs, and says so: what is built starts five times as fast, and the lab starts hundreds.
 */
export function nodeCommand(script: URL): readonly string[] {
  const path = fileURLToPath(script);
  const built = path.replace(/([\\/])src([\\/](?!.*[\\/]src[\\/]).*)\.ts$/, '$1dist$2.js');
  const isBuilt = built !== path && existsSync(built);
  if (!path.endsWith('.ts')) return [process.execPath, path];
  if (process.env['DUOPORT_TEST'] === '1' && isBuilt) return [process.execPath, built];
  const source = ['--conditions=duoport-source', '--import', import.meta.resolve('tsx')];
  return [process.execPath, ...source, path];
}

/** The command `duoport` of this repository: its source when this runs from source, else as it was built. */
export function duoportCommand(): readonly string[] {
  const cli = join(repository(), 'packages', 'cli');
  const source = import.meta.url.endsWith('.ts');
  return nodeCommand(pathToFileURL(join(cli, ...(source ? ['src', 'main.ts'] : ['bin', 'duoport.js']))));
}

/** The folder of the repository: the lab is no part of what npm installs, it lives there in source as in `dist`. */
export function repository(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'scripts', 'debian.mjs'))) {
    const above = dirname(folder);
    if (above === folder) throw new Error('The lab runs from the repository of duoport only.');
    folder = above;
  }
  return folder;
}
