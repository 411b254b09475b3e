// Users of your own: whatever has a function `login` can say who may come in, and what each may do.
import { connect } from '@duoport/client';
import {
  type Accounts,
  AccountsUnavailable,
  createServer,
  type LoginAttempt,
  MemoryFiles,
  readPermissions,
} from '@duoport/server';

/** Stands for your database. */
const cameras = new Map([
  ['gate', 'blue'],
  ['yard', 'green'],
]);
const files = new MemoryFiles({ contents: { '/readme.txt': 'Hello.\n' } });
let maintenance = false;

const accounts: Accounts = {
  async login({ user, password, peer, secure }: LoginAttempt) {
    // Clients get a 421, and the log the reason; nobody is told that the password is wrong.
    if (maintenance) throw new AccountsUnavailable('the database of the cameras is down');
    const right = password !== undefined && cameras.get(user) === password;
    console.log(`${user} from ${peer.address}${secure ? ', encrypted' : ''}: ${right ? 'welcome' : 'no'}`);
    if (!right) return undefined;
    if (user === 'yard') return { because: 'it is switched off', told: 'This camera is switched off' };
    return { user, files, home: '/', permissions: readPermissions, limits: { sessions: 2 } };
  },
};

await using server = createServer({ accounts, listen: [{ host: '127.0.0.1', port: 0 }] });
await server.start();
const url = (who: string) => `ftp://${who}@127.0.0.1:${server.listening[0]?.port}/`;

await using gate = await connect(url('gate:blue'));
await gate.get('readme.txt', process.stdout);
for (const who of ['gate:red', 'yard:green', 'nobody:blue'])
  await connect(url(who)).catch((error: Error) => console.log(`${who}: ${error.message}`));
maintenance = true;
await connect(url('gate:blue')).catch((error: Error) => console.log(`gate:blue: ${error.message}`));
