import { decodeTime, type Entry, encodeTime, isFault, reply } from '@duoport/protocol';
import { type Context, command } from '../command.ts';
import { FilesError } from '../files/files.ts';
import { resolvePath } from '../files/paths.ts';

/** RFC 959 §4.1.3. */
export const dele = command('DELE', async ({ files, path }) => {
  await files.removeFile(path);
  return { reply: reply(250, 'File removed'), changed: { change: 'deleted', path } };
});

/** RFC 959 §4.1.3: RNFR names what RNTO, which must follow at once, gives a new name. A symlink is renamed itself. */
export const rnfr = command('RNFR', async ({ files, path }) => {
  await (files.lstat ?? files.stat).call(files, path);
  return reply(350, 'Ready for RNTO');
});

export const rnto = command('RNTO', async ({ files, path, run, parameters }) => {
  const from = resolvePath(parameters.directory, run.renameFrom);
  await files.rename(from, path);
  return { reply: reply(250, 'Renamed'), changed: { change: 'renamed', path: from, to: path } };
});

/**
 * RFC 3659 §4: SIZE is the number of bytes a RETR would send. In TYPE A that would mean reading the whole file, so it
 * is refused there: clients that need it switch to TYPE I, and a wrong number would look like a broken transfer.
 *
 * Of an upload that broke off and is kept out of sight it tells what is there of it: clients ask before they go on with one. There
 * is no file of that name then, so nobody can take it for the size of a download.
 */
export const size = command('SIZE', async ({ files, path, parameters }) => {
  if (parameters.type === 'ascii') return reply(550, 'SIZE is not told in TYPE A; send TYPE I first');
  let entry: Entry;
  try {
    entry = await files.stat(path);
  } catch (error) {
    if (!(error instanceof FilesError) || error.kind !== 'not-found') throw error;
    const partial = await files.partial?.(path);
    if (partial === undefined) throw error;
    return reply(213, String(partial));
  }
  if (entry.type !== 'file') throw new FilesError('not-a-file', { path });
  return reply(213, String(entry.size ?? 0));
});

/** RFC 3659 §3, and the older use of MDTM with a time in front, which sets it. */
export const mdtm = command('MDTM', async (context) => {
  const { files, path, argument, login } = context;
  const [stamp = '', ...rest] = argument.split(' ');
  const timed = rest.length > 0 && /^\d{14}(\.\d+)?$/.test(stamp);
  if (timed && files.setModified !== undefined && login?.permissions.has('change') === true) {
    const target = resolvePath(context.parameters.directory, rest.join(' '));
    if (await exists(context, target)) return setTime(context, 'Modify', argument);
  }
  const entry = await files.stat(path);
  if (entry.modified === undefined)
    throw new FilesError('unsupported', { path, reason: 'No modification time' });
  return reply(213, encodeTime(entry.modified));
});

/** draft-somers-ftp-mfxx §3: MFMT sets the time of the last modification. */
export const mfmt = command('MFMT', (context) => setTime(context, 'Modify', context.argument));

/** draft-somers-ftp-mfxx §4: MFCT sets the time of creation. */
export const mfct = command('MFCT', (context) => setTime(context, 'Create', context.argument));

/** draft-somers-ftp-mfxx §5: MFF sets several facts: `Modify=…;Create=…;UNIX.mode=…; path`. */
export const mff = command('MFF', async (context) => {
  const { files, argument, parameters } = context;
  const split = argument.indexOf(' ');
  if (split <= 0) return reply(501, 'MFF needs facts, a space and a path');
  const path = resolvePath(parameters.directory, argument.slice(split + 1));
  const facts = argument
    .slice(0, split)
    .split(';')
    .filter((fact) => fact !== '');
  const steps: (() => Promise<void>)[] = [];
  for (const fact of facts) {
    const [name = '', value = ''] = fact.split('=', 2);
    const step = factSetter(context, name.toLowerCase(), value);
    if (step === undefined) return reply(504, `Fact ${name} cannot be set to ${value}`);
    steps.push(async () => step(path));
  }
  if (steps.length === 0) return reply(501, 'MFF needs at least one fact');
  await files.stat(path);
  for (const step of steps) await step();
  return reply(213, `${argument.slice(0, split)} ${path}`);
});

/** draft-peterson-streamlined-ftp-command-extensions §4: AVBL tells how many bytes are free. */
export const avbl = command('AVBL', async ({ files, path }) => {
  if (files.space === undefined) return reply(502, 'The space left is not known here');
  return reply(213, String(await files.space(path)));
});

async function setTime(context: Context, fact: 'Modify' | 'Create', argument: string) {
  const split = argument.indexOf(' ');
  const stamp = split === -1 ? argument : argument.slice(0, split);
  if (isFault(decodeTime(stamp)) || split === -1) {
    return reply(501, 'Needs a time YYYYMMDDhhmmss in UTC, a space and a path');
  }
  const path = resolvePath(context.parameters.directory, argument.slice(split + 1));
  const step = factSetter(context, fact.toLowerCase(), stamp);
  if (step === undefined) return reply(502, `${fact} times cannot be set here`);
  await step(path);
  return reply(213, `${fact}=${stamp}; ${path}`);
}

function factSetter(
  { files }: Context,
  name: string,
  value: string,
): ((path: string) => void | Promise<void>) | undefined {
  const decoded = decodeTime(value);
  if (name === 'modify' && !isFault(decoded) && files.setModified) {
    return (path) => files.setModified?.(path, decoded.time);
  }
  if (name === 'create' && !isFault(decoded) && files.setCreated) {
    return (path) => files.setCreated?.(path, decoded.time);
  }
  if (name === 'unix.mode' && /^[0-7]{3,4}$/.test(value) && files.chmod) {
    return (path) => files.chmod?.(path, Number.parseInt(value, 8) & 0o777);
  }
  return undefined;
}

async function exists({ files }: Context, path: string): Promise<boolean> {
  try {
    await files.stat(path);
    return true;
  } catch (error) {
    if (error instanceof FilesError) return false;
    throw error;
  }
}
