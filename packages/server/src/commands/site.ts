import { decodeTime, isFault, pathReply, reply, verbs } from '@duoport/protocol';
import { type Context, command } from '../command.ts';
import { FilesError } from '../files/files.ts';
import { parentPath, resolvePath } from '../files/paths.ts';

export const site = command('SITE', ({ argument }) =>
  reply(504, `SITE ${argument.split(' ', 1)[0] ?? ''} is not known here; try SITE HELP`),
);

export const siteHelp = command('SITE HELP', ({ powers }) => {
  const known = verbs.filter(
    (row) => row.verb.startsWith('SITE ') && (row.power === undefined || powers.has(row.power)),
  );
  return reply(214, 'SITE knows:', ...known.map((row) => ` ${row.syntax}`), 'End');
});

/** Common practice: `SITE CHMOD 644 name`. */
export const siteChmod = command('SITE CHMOD', async (context) => {
  const [mode, path] = firstWord(context);
  if (!/^[0-7]{3,4}$/.test(mode) || path === undefined)
    return reply(501, 'SITE CHMOD needs an octal mode and a path');
  await context.files.chmod?.(path, Number.parseInt(mode, 8) & 0o777);
  return reply(200, `Mode of ${path} is ${mode}`);
});

/** Common practice: `SITE UTIME 20240131120000 name`, and the longer form of lftp with the name first and three times. */
export const siteUtime = command('SITE UTIME', async (context) => {
  const long = /^(.+) (\d{14}) (\d{14}) (\d{14}) UTC$/.exec(context.argument);
  const [stamp, rest] = long === null ? firstWord(context) : [long[3] ?? '', inDirectory(context, long[1])];
  const time = decodeTime(stamp);
  if (isFault(time) || rest === undefined)
    return reply(501, 'SITE UTIME needs a time YYYYMMDDhhmmss and a path');
  await context.files.setModified?.(rest, time.time);
  return reply(200, `Modification time of ${rest} is set`);
});

/** Common practice: `SITE SYMLINK target name`. */
export const siteSymlink = command('SITE SYMLINK', async (context) => {
  const words = context.argument.split(' ');
  const [target = '', name] = words;
  if (words.length !== 2 || name === undefined)
    return reply(501, 'SITE SYMLINK needs a target and a path, without blanks');
  const path = resolvePath(context.parameters.directory, name);
  await context.files.symlink?.(target, path);
  return reply(200, `${path} leads to ${target}`);
});

/** Common practice: `SITE MKDIR -p a/b/c` makes what is missing on the way. */
export const siteMkdir = command('SITE MKDIR', async (context) => {
  const parents = context.argument.startsWith('-p ');
  const path = resolvePath(
    context.parameters.directory,
    parents ? context.argument.slice(3) : context.argument,
  );
  if (!parents) {
    const made = await context.files.makeDirectory(path);
    return {
      reply: pathReply(made, 'created'),
      changed: { change: 'made-directory', path: made },
    };
  }
  const there = pathReply(path, 'is there');
  return (await makeWithParents(context, path))
    ? { reply: there, changed: { change: 'made-directory', path } }
    : there;
});

/** True when it was not there. */
async function makeWithParents(context: Context, path: string): Promise<boolean> {
  try {
    const entry = await context.files.stat(path);
    if (entry.type !== 'directory') throw new FilesError('not-a-directory', { path });
    return false;
  } catch (error) {
    if (!(error instanceof FilesError) || error.kind !== 'not-found' || path === '/') throw error;
    await makeWithParents(context, parentPath(path));
    await context.files.makeDirectory(path);
    return true;
  }
}

function firstWord(context: Context): [string, string | undefined] {
  const split = context.argument.indexOf(' ');
  if (split === -1) return [context.argument, undefined];
  return [context.argument.slice(0, split), inDirectory(context, context.argument.slice(split + 1))];
}

function inDirectory({ parameters }: Context, name: string | undefined): string | undefined {
  return name === undefined ? undefined : resolvePath(parameters.directory, name);
}
