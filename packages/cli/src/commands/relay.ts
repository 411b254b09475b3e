import { Command, InvalidArgumentError, Option } from 'commander';
import { addServeFlags, frontFlags } from '../flags/serve-flags.ts';
import { parseDuration, parseListen, parsePortRange, repeated } from '../flags/values.ts';
import { type ConnectFlags, connectAgent, endToEndFlags } from '../relay/connect.ts';
import { parseDirect, parseHttpProxy, parseService } from '../relay/connect-values.ts';
import { type InviteFlags, inviteAgent } from '../relay/invite.ts';
import { type RelayServeFlags, serveRelay } from '../relay/serve.ts';
import type { ProcessIo } from '../terminal.ts';

/** `duoport relay serve|invite|connect` */
export function relayCommand(io: ProcessIo): Command {
  return new Command('relay')
    .description('publish FTP servers that nobody can dial')
    .addCommand(serveSubcommand(io))
    .addCommand(inviteSubcommand(io))
    .addCommand(connectSubcommand(io));
}

const stateText = 'where its keys and the agents it knows are kept (default: ~/.local/state/duoport/relay)';

function serveSubcommand(io: ProcessIo): Command {
  const command = new Command('serve')
    .description('on a public host: let agents in, and clients to their servers')
    .addOption(
      new Option('--listen <[host:]port>', 'where agents dial in')
        .argParser(parseListen)
        .default({ host: undefined, port: 8443 }, '8443'),
    )
    .addOption(
      new Option('--control-ports <lo-hi>', 'a control port for each server, kept over restarts').argParser(
        parsePortRange,
      ),
    )
    .addOption(
      new Option(
        '--control <[host:]port>',
        'a control port for all servers, told apart by the name in TLS (SNI) or in HOST; may be repeated',
      ).argParser(repeated(parseListen)),
    )
    .addOption(new Option('--public-name <host>', 'the name or address of this host that agents dial'))
    .addOption(
      new Option('--server-mode <mode>', 'how data connections come about beside the servers')
        .choices(['same', 'passive', 'active', 'PASV', 'EPSV', 'PORT', 'EPRT'])
        .default('passive'),
    )
    .addOption(new Option('--server-tls', 'speak TLS to the servers, as the client of each'))
    .addOption(new Option('--read-only', 'let nothing pass that changes files'))
    .addOption(
      new Option(
        '--metrics <[host:]port>',
        'counters for Prometheus at http://HOST:PORT/metrics (default host: 127.0.0.1)',
      ).argParser(parseListen),
    )
    .addOption(new Option('--state <dir>', stateText))
    .action((flags: RelayServeFlags) => serveRelay(io, flags));
  return addServeFlags(command, new Set(frontFlags));
}

function inviteSubcommand(io: ProcessIo): Command {
  return new Command('invite')
    .description('make the word with which one agent is let in, once')
    .argument('<name>', 'what the agent and its server are called')
    .addOption(
      new Option('--expires <time>', 'how long the word can be used')
        .argParser(parseDuration)
        .default(86_400_000, '1440m'),
    )
    .addOption(
      new Option(
        '--relay <host:port>',
        'where the agent is to dial, when it is not where relay serve says',
      ).argParser(parseListen),
    )
    .addOption(new Option('--state <dir>', stateText))
    .addOption(new Option('--json', 'one JSON object'))
    .action((name: string, flags: InviteFlags) => inviteAgent(io, name, flags));
}

function connectSubcommand(io: ProcessIo): Command {
  const command = new Command('connect')
    .description(
      'beside the server: dial the relay and let its clients in to this server; with a certificate, clients’ TLS ends here and not at the relay',
    )
    .addOption(
      new Option('--to <url>', 'the server: ftp://HOST[:PORT]; more of them with names: files=ftp://HOST')
        .argParser(repeated(parseService))
        .makeOptionMandatory(),
    )
    .addOption(new Option('--invitation <word>', 'what relay invite printed; needed the first time only'))
    .addOption(
      new Option('--relay <host:port>', 'dial there instead of where the invitation says').argParser(
        parseListen,
      ),
    )
    .addOption(
      new Option(
        '--ca-file <file>',
        'know the relay by these authorities (PEM) instead of its pinned certificate',
      ),
    )
    .addOption(
      new Option(
        '--proxy <url>',
        'go out through this HTTP proxy: http://[USER:PASSWORD@]HOST:PORT',
      ).argParser(parseHttpProxy),
    )
    .addOption(
      new Option(
        '--data-ports <lo-hi>',
        'passive: the ports of the server that may be dialled (default: 1024-65535)',
      ).argParser(parsePortRange),
    )
    .addOption(
      new Option('--active-ports <lo-hi>', 'active: listen for the server on these ports').argParser(
        parsePortRange,
      ),
    )
    .addOption(
      new Option('--send-proxy <version>', 'tell the server who its client is, by PROXY headers').argParser(
        parseProxyVersion,
      ),
    )
    .addOption(
      new Option(
        '--server-mode <mode>',
        'end to end, or for neighbours: how data connections come about beside the server',
      )
        .choices(['same', 'passive', 'active', 'PASV', 'EPSV', 'PORT', 'EPRT'])
        .default('passive'),
    )
    .addOption(
      new Option(
        '--direct <where>',
        'let the relay dial this machine for the bytes of data connections, beside the line: never (default); auto[:port] at its own public addresses; addr[:port] where it is reached from outside',
      ).argParser(parseDirect),
    )
    .addOption(
      new Option(
        '--direct-clear',
        'with --direct: what is in the clear between client and relay goes on there in the clear too, once it is long, several times as fast',
      ),
    )
    .addOption(
      new Option(
        '--neighbours <address>',
        'passive clients in this private network that dial the relay are told the relay (public), or the address of this machine where the reply names an address (private)',
      )
        .choices(['public', 'private'])
        .default('public'),
    )
    .addOption(
      new Option('--neighbour-ports <lo-hi>', 'listen for neighbours on these ports').argParser(
        parsePortRange,
      ),
    )
    .addOption(
      new Option('--state <dir>', 'where the agent keeps its key (default: ~/.local/state/duoport/agent)'),
    )
    .addOption(new Option('--json', 'one JSON object a line'))
    .addOption(new Option('--quiet', 'no talk on standard error'))
    .addOption(new Option('--verbose', 'tell of every connection'))
    .action((flags: ConnectFlags) => connectAgent(io, flags));
  return addServeFlags(command, new Set(endToEndFlags));
}

function parseProxyVersion(text: string): 1 | 2 {
  if (text === '1') return 1;
  if (text === '2') return 2;
  throw new InvalidArgumentError('The PROXY header has the versions 1 and 2.');
}
