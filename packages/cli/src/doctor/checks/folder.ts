import { printable } from '../../printable.ts';
import { type Check, fault, orFine, type ServerCheck, type Subject, warning } from './check.ts';

/** The folder can be read, written where somebody may, and nobody else on the machine can put links into it. */
export const folderCheck: ServerCheck = ({ folder, settings, machine }) => {
  const name = printable(folder.path);
  if (folder.problem !== undefined)
    return [fault('directory', 'folder-unusable', `${name}: ${folder.problem}.`)];
  const { users, anonymous } = settings;
  const writers = users === undefined ? !anonymous.enabled : users.some(mayWrite);
  const problems: readonly (Check | false)[] = [
    writers &&
      !folder.writable &&
      fault(
        'directory',
        'folder-read-only',
        `${name}: a user may write, and this process may not. chown or chmod it, or let users only read (permissions: read).`,
      ),
    folder.worldWritable &&
      warning('directory', 'folder-world-writable', `${name}: every user of this machine may write there.`),
    machine.root &&
      warning(
        'directory',
        'runs-as-root',
        'Run as root, the server reads and writes as root. A user of its own and CAP_NET_BIND_SERVICE are enough.',
      ),
  ];
  return orFine(
    problems.filter((one) => one !== false),
    'directory',
    `${name} can be read${writers ? ' and written' : ''}`,
  );
};

/** Who may log in. */
export const usersCheck: ServerCheck = ({ settings }) => {
  const { users = [] } = settings;
  const weak = users
    .filter(({ password }) => password !== undefined && password.length < 8)
    .map(({ name }) => printable(name));
  const problems =
    weak.length === 0
      ? []
      : [
          warning(
            'users',
            'password-short',
            `The password of ${weak.join(', ')} has less than 8 characters.`,
          ),
        ];
  return orFine(
    problems,
    'users',
    settings.users === undefined ? whoWithout(settings) : countOf(users.length, settings),
  );
};

function whoWithout({ anonymous }: Subject['settings']): string {
  return anonymous.enabled ? 'anonymous only' : 'none named: one is made up at each start';
}

function mayWrite({ permissions }: NonNullable<Subject['settings']['users']>[number]): boolean {
  if (typeof permissions === 'string') return permissions === 'all';
  return permissions.some((permission) => permission !== 'list' && permission !== 'read');
}

function countOf(users: number, { anonymous }: Subject['settings']): string {
  return users === 0 && !anonymous.enabled ? 'nobody may log in yet' : `${users}`;
}
