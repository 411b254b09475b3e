import { printable } from '../../printable.ts';
import { type Check, fault, orFine, type ServerCheck, warning } from './check.ts';

/** The folder can be read, written where somebody may, and nobody else on the machine can put links into it. */
export const folderCheck: ServerCheck = ({ folder, flags, machine }) => {
  const name = printable(folder.path);
  if (folder.problem !== undefined) return [fault('dir', 'folder-unusable', `${name}: ${folder.problem}.`)];
  const writers =
    flags.user === undefined ? flags.anonymous !== true : flags.user.some((user) => !user.readOnly);
  const problems: readonly (Check | false)[] = [
    writers &&
      !folder.writable &&
      fault(
        'dir',
        'folder-read-only',
        `${name}: a user may write, and this process may not. chown or chmod it, or let users only read (:ro).`,
      ),
    folder.worldWritable &&
      warning('dir', 'folder-world-writable', `${name}: every user of this machine may write there.`),
    machine.root &&
      warning(
        'dir',
        'runs-as-root',
        'Run as root, the server reads and writes as root. A user of its own and CAP_NET_BIND_SERVICE are enough.',
      ),
  ];
  return orFine(
    problems.filter((one) => one !== false),
    'dir',
    `${name} can be read${writers ? ' and written' : ''}`,
  );
};

/** Who may log in. */
export const usersCheck: ServerCheck = ({ flags }) => {
  const weak = (flags.user ?? [])
    .filter(({ password }) => password.length < 8)
    .map(({ name }) => printable(name));
  const problems =
    weak.length === 0
      ? []
      : [warning('user', 'password-short', `The password of ${weak.join(', ')} has less than 8 characters.`)];
  const count = flags.user?.length ?? 0;
  return orFine(problems, 'user', count === 0 ? 'none named: one is made up at each start' : `${count}`);
};
