// The layer check: arrows between packages only go down, and sockets are opened in one package alone (ARCHITECTURE.md).
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** What a package may import of the family. A package that is not named here may import nothing. */
const allowed: Readonly<Record<string, readonly string[]>> = {
  protocol: [],
  net: ['protocol'],
  client: ['net', 'protocol'],
  passwords: ['protocol'],
  server: ['net', 'protocol'],
  'accounts-sql': ['passwords', 'server'],
  accounts: ['net', 'passwords', 'protocol', 'server'],
  outside: ['net', 'protocol'],
  gateway: ['net', 'protocol'],
  relay: ['gateway', 'net', 'protocol'],
  firewall: [],
  doctor: ['client', 'firewall', 'net', 'protocol'],
  lab: ['client', 'doctor', 'firewall', 'net', 'protocol'],
  cli: [
    'accounts',
    'accounts-sql',
    'client',
    'doctor',
    'firewall',
    'gateway',
    'lab',
    'net',
    'outside',
    'passwords',
    'protocol',
    'relay',
    'server',
  ],
  testkit: ['net'],
};

/** The modules of Node that open sockets or ask for names: only `net` imports them. */
const socketModules = /^node:(net|tls|dns|dgram|http|https|http2)(\/|$)/;

/** Every import that breaks a rule, as `file: what and why`. Tests may also use the test kit and any module of Node. */
export function violations(root: string): string[] {
  const found: string[] = [];
  for (const folder of folders(root)) {
    const name = path.basename(folder);
    for (const file of sources(path.join(folder, 'src'))) {
      const isTest = /\.test(-support)?\.ts$/.test(file);
      for (const specifier of imports(readFileSync(file, 'utf8'))) {
        const because = judge({ name, folder, file, specifier, isTest });
        if (because !== undefined) found.push(`${path.relative(root, file)}: ${specifier}: ${because}`);
      }
    }
    const { dependencies = {} } = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'));
    for (const dependency of Object.keys(dependencies)) {
      const other = family(dependency);
      if (other !== undefined && !allowed[name]?.includes(other)) {
        const file = path.relative(root, path.join(folder, 'package.json'));
        found.push(`${file}: ${dependency}: ${name} may depend on ${list(name)} only`);
      }
    }
  }
  return found;
}

/** Where packages are: the lab stands beside them, for it drives whole programs. */
function folders(root: string): string[] {
  const packages = readdirSync(path.join(root, 'packages')).map((name) => path.join(root, 'packages', name));
  const lab = path.join(root, 'lab');
  return existsSync(lab) ? [...packages, lab] : packages;
}

interface Import {
  readonly name: string;
  readonly folder: string;
  readonly file: string;
  readonly specifier: string;
  readonly isTest: boolean;
}

function judge({ name, folder, file, specifier, isTest }: Import): string | undefined {
  if (specifier.startsWith('.')) {
    const target = path.resolve(path.dirname(file), specifier);
    return target.startsWith(folder + path.sep) ? undefined : 'a package imports another by its name';
  }
  if (specifier.startsWith('@duoport/') && specifier.split('/').length > 2) return 'no deep imports';
  const other = family(specifier);
  if (other !== undefined) {
    if (isTest && other === 'testkit') return undefined;
    return allowed[name]?.includes(other) ? undefined : `${name} may import ${list(name)} only`;
  }
  if (isTest) return undefined;
  if (name === 'protocol' || name === 'firewall') return `${name} is pure: it imports nothing`;
  if (socketModules.test(specifier) && name !== 'net') return 'only net opens sockets and asks for names';
  return undefined;
}

function family(specifier: string): string | undefined {
  return specifier === 'duoport' ? 'cli' : /^@duoport\/([^/]+)/.exec(specifier)?.[1];
}

function list(name: string): string {
  const names = allowed[name] ?? [];
  return names.length === 0 ? 'nothing of the family' : names.join(', ');
}

function imports(source: string): string[] {
  const found = source.matchAll(
    /(?:^|\n)\s*(?:import|export)\b[^'";]*?from\s*'([^']+)'|\bimport\(\s*'([^']+)'|(?:^|\n)import\s*'([^']+)'/g,
  );
  return [...found].flatMap((match) => match[1] ?? match[2] ?? match[3] ?? []);
}

function sources(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const name = path.join(folder, entry.name);
    if (entry.isDirectory()) return sources(name);
    return entry.name.endsWith('.ts') ? [name] : [];
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const found = violations(path.dirname(path.dirname(fileURLToPath(import.meta.url))));
  for (const each of found) console.error(each);
  if (found.length > 0) process.exitCode = 1;
}
