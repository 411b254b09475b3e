// A server that tells what happens: who logs in, what is transferred, in which mode, and how it ended.
import { connect } from '@duoport/client';
import { createServer, MemoryAccounts, MemoryFiles } from '@duoport/server';

await using server = createServer({
  accounts: new MemoryAccounts({
    files: new MemoryFiles(),
    users: [{ name: 'camera', password: 'secret' }],
  }),
  listen: [{ host: '127.0.0.1', port: 0 }],
  // Passive mode leaves the choice of the address to us: clients inside and outside may need different ones.
  passive: {
    address: [{ clients: ['10.0.0.0/8'], address: '10.0.0.5' }, { address: 'local' }],
  },
  log: (event) => {
    if (event.kind === 'login') console.log(`${event.user} came in from ${event.peer.address}`);
    if (event.kind === 'transfer')
      console.log(`${event.verb} ${event.path} ${event.mode}: ${event.reply.code}`);
  },
});
await server.start();

const port = server.listening[0]?.port;
await using ftp = await connect(`ftp://camera:secret@127.0.0.1:${port}/`);
await ftp.put(Buffer.from('a picture'), '/picture.jpg');
await using active = await connect(`ftp://camera:secret@127.0.0.1:${port}/`, { mode: 'active' });
await active.rename('/picture.jpg', '/first.jpg');
for await (const entry of active.list('/')) console.log(entry.name, entry.size);
console.log('data ports listened on:', server.ports.listeners);
