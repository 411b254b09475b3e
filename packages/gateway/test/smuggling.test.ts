import { test } from 'node:test';
import { ends } from './ends.ts';

/** Commands in commands, and what a policy must see through. */

test('attack: smuggling: CR, NUL and lines without a verb never reach the server', async (t) => {
  const { client, server } = await ends(t);
  const hostile = [
    'CWD a\rDELE b',
    'CWD a\0DELE b',
    '\xff\xfb',
    '',
    '\x00DELE b',
    'DE\rLE b',
    'DELE\tb',
    'DE LE',
  ];
  for (const line of hostile.slice(0, -1)) {
    client.say(line);
    await client.hears(/^50\d /);
  }
  client.say(`DELE ${'a'.repeat(9000)}`);
  await client.hears(/^500 /);
  client.say('PWD');
  await server.hears('PWD');
  server.say('257 "/"');
  await client.hears('257 "/"');
});

test('attack: smuggling: a bare LF ends a command here, so it does there', async (t) => {
  const { client, server } = await ends(t);
  client.socket.write('CWD a\nDELE b\r\n');
  await server.hears('CWD a');
  server.say('250 ok');
  await client.hears('250 ok');
  await server.hears('DELE b');
  server.say('250 gone');
});

test('attack: smuggling: Telnet bytes are taken out before the verb and doubled behind it', async (t) => {
  const { client, server } = await ends(t);
  client.say('\xff\xf4\xff\xf2CWD a\xff\xf4b');
  await server.hears('CWD a\xff\xff\xf4b');
  server.say('250 ok');
  await client.hears('250 ok');
});

test('attack: a read-only gateway and words that it does not know', async (t) => {
  const { client, server } = await ends(t, { commands: { readOnly: true } });
  const changing = [
    'DELE f',
    'SITE CHMOD 0 f',
    'SITE  CHMOD 0 f',
    'site chmod 0 f',
    'SITE\tCHMOD 0 f',
    'SITE MKDIR d',
    'XFOO f',
    'MDTM 20200101000000 f',
    'STOR f',
    'XMKD d',
    'MFMT 20200101000000 f',
  ];
  for (const line of changing) await client.ask(line, /^5\d\d /);
  client.say('MDTM f');
  await server.hears('MDTM f');
});

test('attack: commands sealed by RFC 2228 do not pass: nobody could tell what is in them', async (t) => {
  const { client } = await ends(t);
  for (const line of ['ENC QUJD', 'MIC QUJD', 'CONF QUJD', 'ADAT QUJD']) await client.ask(line, /^50[0-9] /);
});
