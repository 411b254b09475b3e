import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { parsePassiveAddress, parsePort, parsePortRange } from '../../flags/values.ts';
import { printable } from '../../printable.ts';
import { readCertificate } from '../../serve/certificate.ts';
import { readableFolder } from '../../serve/folder.ts';
import { makePassword } from '../../serve/made-password.ts';
import type { Terminal } from '../../terminal.ts';
import { CommandError, UsageError } from '../../usage-error.ts';
import { settle } from '../load-settings.ts';
import { rangeText } from '../notation.ts';
import { Questions } from '../questions.ts';
import type { Tree } from '../tree.ts';
import { settingsText } from '../write-settings.ts';

interface InitFlags {
  readonly yes?: boolean;
  readonly force?: boolean;
}

/** `duoport config init`: asks what only its owner can know, and writes a settings file. */
export async function initSettings(terminal: Terminal, file: string, flags: InitFlags): Promise<void> {
  const silent = flags.yes === true;
  if (!silent && terminal.io.stdin.isTTY !== true) {
    throw new UsageError('Nobody is at the terminal to be asked: add --yes to take what would be proposed.');
  }
  const questions = new Questions(terminal.io, { silent });
  await mayWrite(questions, file, flags);
  const place = { directory: await directory(questions, file), listeners: [await port(questions)] };
  const { madePassword, ...people } = await whoMayIn(questions);
  const tree: Tree = {
    ...place,
    ...people,
    passive: await passive(questions),
    tls: await tls(questions, file),
  };
  const text = settingsText(tree, [
    `Settings of duoport. duoport serve --config ${file} starts the server by them.`,
    'Every key there is: docs/reference/config.md',
  ]);
  // What it writes, it must be able to read.
  settle(text, { file });
  await writeSecretly(file, text);
  terminal.result(`${printable(file)} is written; only its owner can read it.`);
  if (madePassword !== undefined) terminal.result(`The password was made up: ${madePassword}`);
  terminal.talk(`Start the server:    duoport serve --config ${printable(file)}`);
  terminal.talk(`Open the firewall:   duoport firewall --config ${printable(file)} --for TARGET`);
}

async function mayWrite(questions: Questions, file: string, { yes, force }: InitFlags): Promise<void> {
  if (force === true || !existsSync(file)) return;
  const name = printable(file);
  if (yes === true) throw new UsageError(`${name} is there already: name another file, or add --force.`);
  if (!(await questions.yes(`${name} is there already. Write over it?`, false)))
    throw new CommandError('Nothing was written.');
}

async function directory(questions: Questions, file: string): Promise<string> {
  return await questions.ask({
    text: 'Which folder is served?',
    proposal: 'files',
    read: async (answer) => {
      // Relative names are meant from the settings file on.
      const folder = resolve(dirname(file), answer);
      if (!existsSync(folder) && (await questions.yes(`${folder} is not there. Make it?`, true)))
        await mkdir(folder, { recursive: true });
      await readableFolder(folder);
      return answer;
    },
  });
}

async function port(questions: Questions): Promise<number> {
  const proposal = process.getuid?.() === 0 ? '21' : '2121';
  return await questions.ask({ text: 'On which port?', proposal, read: (answer) => parsePort(answer) });
}

async function whoMayIn(questions: Questions): Promise<Tree & { readonly madePassword: string | undefined }> {
  const name = await questions.ask({
    text: 'Name of the first user?',
    proposal: 'duoport',
    read: (answer) => {
      if (/[\0\r\n]/.test(answer)) throw new Error('A line break cannot be in it.');
      return answer;
    },
  });
  const typed = await questions.secret('Password (Enter makes one up): ');
  const madePassword = typed === '' ? makePassword() : undefined;
  const write = await questions.yes(`May ${printable(name)} change files?`, true);
  const anonymous = await questions.yes('May everybody read, without a password (anonymous)?', false);
  return {
    madePassword,
    users: [{ name, password: madePassword ?? typed, permissions: write ? 'all' : 'read' }],
    ...(anonymous ? { anonymous: { enabled: true } } : {}),
  };
}

async function passive(questions: Questions): Promise<Tree> {
  const range = await questions.ask({
    text: 'Ports for passive data connections? The firewall has to let them in.',
    proposal: '50000-50100',
    read: parsePortRange,
  });
  const address = await questions.ask({
    text: 'Public address or name, when the server is behind NAT?',
    proposal: 'none',
    read: (answer) => (answer === 'none' ? undefined : parsePassiveAddress(answer) && answer),
  });
  return { ports: rangeText(range), ...(address === undefined ? {} : { addresses: [address] }) };
}

async function tls(questions: Questions, file: string): Promise<Tree> {
  const certificate = await questions.ask({
    text: 'Certificate, a PEM file with its chain? (none: one is made at each start)',
    proposal: 'none',
    read: (answer) => answer,
  });
  const from = (name: string): string => resolve(dirname(file), name);
  const files =
    certificate === 'none'
      ? { 'self-signed': true }
      : await questions.ask({
          text: 'Its private key, a PEM file?',
          proposal: certificate,
          read: async (key) => {
            await readCertificate({
              cert: from(certificate),
              key: from(key),
              labels: { cert: 'The certificate', key: 'The key', passphrase: 'The passphrase' },
            });
            return { certificate, key };
          },
        });
  const need = await questions.yes('Refuse logins and transfers without TLS?', certificate !== 'none');
  return { ...files, ...(need ? { require: 'both' } : {}) };
}

/** There is a password in it: nobody else may read it, not even for a moment, and half of it is never there. */
async function writeSecretly(file: string, text: string): Promise<void> {
  const draft = join(dirname(resolve(file)), `.${randomBytes(6).toString('hex')}.duoport`);
  try {
    await writeFile(draft, text, { mode: 0o600, flag: 'wx' });
    await rename(draft, file);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
}
