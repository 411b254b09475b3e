import path from 'node:path';
import { AgentRegistry, encodeInvitation, isLabel } from '@duoport/relay';
import { readState, stateFolder } from '../admin/state.ts';
import type { ListenAddress } from '../flags/values.ts';
import { createTerminal, type ProcessIo } from '../terminal.ts';
import { CommandError, UsageError } from '../usage-error.ts';

export interface InviteFlags {
  readonly state?: string;
  readonly relay?: ListenAddress;
  readonly expires: number;
  readonly json?: boolean;
}

/** `duoport relay invite NAME`: prints the one word that an agent is started with. */
export async function inviteAgent(io: ProcessIo, name: string, flags: InviteFlags): Promise<void> {
  if (!isLabel(name)) {
    throw new UsageError(
      'An agent has a name of small letters, digits and single hyphens, at most 30, for example office.',
    );
  }
  const terminal = createTerminal(io, flags);
  const folder = stateFolder(io, flags.state, 'relay');
  const known = await readState(path.join(folder, 'relay.json'));
  const { host, port, fingerprint } = known ?? {};
  if (typeof host !== 'string' || typeof port !== 'number')
    throw new CommandError(`No relay has run with ${folder} yet: start duoport relay serve first.`);
  const expires = Date.now() + flags.expires;
  const secret = await new AgentRegistry(folder).invite(name, expires);
  const invitation = encodeInvitation({
    host: flags.relay?.host ?? host,
    port: flags.relay?.port ?? port,
    fingerprint: typeof fingerprint === 'string' ? fingerprint : undefined,
    name,
    secret,
  });
  if (terminal.json) {
    terminal.object({ name, expires: new Date(expires).toISOString(), invitation });
    return;
  }
  terminal.result(invitation);
  terminal.talk(
    `Whoever has this word can be ${name}, once, until ${new Date(expires).toISOString()}. Beside the server:`,
  );
  terminal.talk('  duoport relay connect --to ftp://SERVER --invitation WORD');
}
