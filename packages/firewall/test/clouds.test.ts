import assert from 'node:assert/strict';
import { readBack } from './support/answers.ts';
import { azureSaid, googleSaid, lacking } from './support/clouds.ts';
import type { Said } from './support/seen.ts';
import { options, shellCommands } from './support/shell.ts';

const ports = /^(\*|\d{1,5}(-\d{1,5})?)$/;
const networks = /^[0-9a-f.:]+\/\d{1,3}(,[0-9a-f.:]+\/\d{1,3})*$/;
const variable = /^\$\{[A-Z_]+:\?[a-zA-Z ]+\}$/;
interface IpPermission {
  readonly IpProtocol: string;
  readonly FromPort: number;
  readonly ToPort: number;
  readonly IpRanges?: readonly { readonly CidrIp: string; readonly Description?: string }[];
  readonly Ipv6Ranges?: readonly { readonly CidrIpv6: string; readonly Description?: string }[];
}

// The shape of IpPermissions and the limits of a description are those of the EC2 API reference.
readBack({
  target: 'aws-cli',
  refuses: lacking.aws,
  read({ apply, undo }) {
    const known = { '--group-id': variable, '--ip-permissions': /^\[\{.*\}\]$/ };
    const given = shellCommands(apply).map(([aws, ec2, verb, ...rest]) => {
      assert.deepEqual([aws, ec2], ['aws', 'ec2']);
      assert.match(verb ?? '', /^authorize-security-group-(ingress|egress)$/);
      return { verb, permissions: permissionsOf(options(rest, known)['--ip-permissions']?.[0]) };
    });
    // The undo names the very same permissions, without their descriptions.
    const taken = shellCommands(undo).map(([, , verb, ...rest]) => ({
      verb: verb?.replace('revoke', 'authorize'),
      permissions: permissionsOf(options(rest, known)['--ip-permissions']?.[0]),
    }));
    assert.deepEqual(
      taken,
      JSON.parse(JSON.stringify(given), (key, value) => (key === 'Description' ? undefined : value)),
    );
    return given.flatMap(({ verb, permissions }) =>
      permissions.flatMap((one) => saidBy(one, verb?.endsWith('egress') === true)),
    );
  },
});

function permissionsOf(json: string | undefined): readonly IpPermission[] {
  return JSON.parse(json ?? '') as readonly IpPermission[];
}

function saidBy(permission: IpPermission, egress: boolean): readonly Said[] {
  const { IpProtocol, FromPort: low, ToPort: high, IpRanges = [], Ipv6Ranges = [], ...more } = permission;
  assert.deepEqual([IpProtocol, more], ['tcp', {}]);
  for (const { Description = '' } of [...IpRanges, ...Ipv6Ranges]) {
    assert.match(Description, /^[a-zA-Z0-9. _\-:/()#,@[\]+=&;{}!$*]{1,255}$/);
  }
  const port = low === high ? `${low}` : `${low}-${high}`;
  const all = [...IpRanges.map(({ CidrIp }) => CidrIp), ...Ipv6Ranges.map(({ CidrIpv6 }) => CidrIpv6)];
  return all.map((network) => {
    assert.match(network, networks);
    const family = network.includes(':') ? 6 : 4;
    const [from, to] = egress ? [[], [network]] : [[network], []];
    return { direction: egress ? 'out' : 'in', family, from, to, ports: [port] };
  });
}

// After the help of `gcloud compute firewall-rules create`.
readBack({
  target: 'google-cli',
  refuses: lacking.google,
  read({ apply, undo }) {
    const known = {
      '--network': variable,
      '--direction': /^(INGRESS|EGRESS)$/,
      '--action': /^ALLOW$/,
      '--rules': /^tcp:\d{1,5}(-\d{1,5})?(,tcp:\d{1,5}(-\d{1,5})?)*$/,
      '--source-ranges': networks,
      '--destination-ranges': networks,
      '--target-tags': variable,
      '--description': /^duoport: [ -~]{1,2000}$/,
    };
    const commands = shellCommands(apply).map((words) => {
      assert.deepEqual(words.slice(0, 4), ['gcloud', 'compute', 'firewall-rules', 'create']);
      assert.match(words[4] ?? '', /^(?=.{1,63}$)[a-z]([-a-z0-9]*[a-z0-9])?$/);
      return { name: words[4], given: options(words.slice(5), known) };
    });
    const [undone = []] = shellCommands(undo);
    assert.deepEqual(
      undone.slice(5),
      commands.map(({ name }) => name),
    );
    return commands.map(({ given }) => {
      const [direction = ''] = given['--direction'] ?? [];
      return googleSaid(direction, {
        sources: given['--source-ranges']?.[0]?.split(',') ?? [],
        destinations: given['--destination-ranges']?.[0]?.split(',') ?? [],
        ports: given['--rules']?.[0]?.replaceAll('tcp:', '').split(',') ?? [],
      });
    });
  },
});

// After the help of `az network nsg rule create` and the limits of the REST reference.
readBack({
  target: 'azure-cli',
  refuses: lacking.azure,
  read({ apply, undo }) {
    const network = /^(\*|[0-9a-f.:]+\/\d{1,3})$/;
    const known = {
      '--resource-group': variable,
      '--nsg-name': variable,
      '--name': /^[A-Za-z0-9][A-Za-z0-9_.-]{0,78}[A-Za-z0-9_]$/,
      '--priority': /^[1-3]\d{3}$/,
      '--direction': /^(Inbound|Outbound)$/,
      '--access': /^Allow$/,
      '--protocol': /^Tcp$/,
      '--source-address-prefixes': network,
      '--source-port-ranges': ports,
      '--destination-address-prefixes': network,
      '--destination-port-ranges': ports,
      '--description': /^duoport: [ -~]{1,131}$/,
    };
    const rules = shellCommands(apply).map((words) => {
      assert.deepEqual(words.slice(0, 5), ['az', 'network', 'nsg', 'rule', 'create']);
      return options(words.slice(5), known);
    });
    const names = shellCommands(undo).map((words) => options(words.slice(5), known)['--name']);
    assert.deepEqual(
      names,
      rules.map((rule) => rule['--name']),
    );
    assert.equal(new Set(rules.map((rule) => rule['--priority']?.[0])).size, rules.length);
    return rules.map((rule) =>
      azureSaid(rule['--direction']?.[0], {
        sources: rule['--source-address-prefixes'] ?? [],
        sourcePorts: rule['--source-port-ranges'] ?? [],
        destinations: rule['--destination-address-prefixes'] ?? [],
        ports: rule['--destination-port-ranges'] ?? [],
      }),
    );
  },
});
