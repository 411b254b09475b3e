import assert from 'node:assert/strict';
import { readBack } from './support/answers.ts';
import { azureSaid, googleSaid, lacking } from './support/clouds.ts';
import { type HclBlock, parseHcl, strings } from './support/hcl.ts';
import type { Said } from './support/seen.ts';

/** Arguments of the resources that are used, after the pages of the providers. `true`: required there. */
const schemas: Readonly<Record<string, Readonly<Record<string, boolean>>>> = {
  aws_vpc_security_group_ingress_rule: awsSchema(),
  aws_vpc_security_group_egress_rule: awsSchema(),
  google_compute_firewall: {
    name: true,
    network: true,
    description: false,
    direction: false,
    source_ranges: false,
    destination_ranges: false,
    target_tags: false,
    allow: true,
  },
  azurerm_network_security_rule: {
    name: true,
    resource_group_name: true,
    network_security_group_name: true,
    description: false,
    priority: true,
    direction: true,
    access: true,
    protocol: true,
    source_address_prefix: false,
    source_address_prefixes: false,
    source_port_range: false,
    source_port_ranges: false,
    destination_address_prefix: false,
    destination_address_prefixes: false,
    destination_port_range: false,
    destination_port_ranges: false,
  },
};

function awsSchema(): Readonly<Record<string, boolean>> {
  const [must, may] = [true, false];
  return {
    security_group_id: must,
    ip_protocol: must,
    description: may,
    from_port: may,
    to_port: may,
    cidr_ipv4: may,
    cidr_ipv6: may,
  };
}

readBack({
  target: 'aws-terraform',
  refuses: lacking.aws,
  read: ({ apply }) => resources(apply).map(awsSaid),
});

readBack({
  target: 'google-terraform',
  refuses: lacking.google,
  read: ({ apply }) =>
    resources(apply).map(({ attributes, blocks }) => {
      assert.match(String(attributes['name']), /^(?=.{1,63}$)[a-z]([-a-z0-9]*[a-z0-9])?$/);
      const [allow, ...more] = blocks;
      assert.deepEqual([allow?.attributes['protocol'], more], ['tcp', []]);
      return googleSaid(String(attributes['direction']), {
        sources: strings(attributes['source_ranges']),
        destinations: strings(attributes['destination_ranges']),
        ports: strings(allow?.attributes['ports']),
      });
    }),
});

readBack({
  target: 'azure-terraform',
  refuses: lacking.azure,
  read: ({ apply }) =>
    resources(apply).map(({ attributes }) => {
      assert.ok(String(attributes['description']).length <= 140);
      const either = (name: string, plural: string): readonly string[] => {
        const [one, several] = [strings(attributes[name]), strings(attributes[`${name}${plural}`])];
        assert.equal(one.length === 0, several.length > 0, `${name} or ${name}${plural}`);
        return one.length === 0 ? several : one;
      };
      return azureSaid(String(attributes['direction']), {
        sources: either('source_address_prefix', 'es'),
        sourcePorts: either('source_port_range', 's'),
        destinations: either('destination_address_prefix', 'es'),
        ports: either('destination_port_range', 's'),
      });
    }),
});

/** Resources with known arguments and different names; every variable that is used is declared. */
function resources(text: string): readonly HclBlock[] {
  const blocks = parseHcl(text);
  const declared = blocks.filter(({ type }) => type === 'variable').map(({ labels }) => labels[0]);
  for (const [, name] of text.matchAll(/var\.(\w+)/g))
    assert.ok(declared.includes(name), `${name} is declared`);
  const found = blocks.filter(({ type }) => type === 'resource');
  assert.equal(blocks.length, declared.length + found.length);
  assert.equal(new Set(found.map(({ labels }) => labels.join('.'))).size, found.length);
  for (const { labels, attributes, blocks: nested } of found) {
    const schema = schemas[labels[0] ?? ''];
    assert.ok(schema, labels[0]);
    const given = [...Object.keys(attributes), ...nested.map(({ type }) => type)];
    for (const name of given) assert.ok(schema[name] !== undefined, `${labels[0]} has no ${name}`);
    for (const [name, must] of Object.entries(schema)) assert.ok(!must || given.includes(name), name);
  }
  return found;
}

function awsSaid({ labels, attributes }: HclBlock): Said {
  const [four, six] = [strings(attributes['cidr_ipv4']), strings(attributes['cidr_ipv6'])];
  assert.equal(four.length + six.length, 1);
  assert.match(String(attributes['description']), /^[a-zA-Z0-9. _\-:/()#,@[\]+=&;{}!$*]{1,255}$/);
  const [low, high] = [attributes['from_port'], attributes['to_port']];
  const egress = labels[0]?.includes('egress') === true;
  const [from, to] = egress ? [[], [...four, ...six]] : [[...four, ...six], []];
  return {
    direction: egress ? 'out' : 'in',
    family: six.length > 0 ? 6 : 4,
    from,
    to,
    ports: [low === high ? `${low}` : `${low}-${high}`],
  };
}
