import assert from 'node:assert/strict';
import { test } from 'node:test';
import { firewallRules } from '@duoport/firewall';
import { parse } from 'yaml';
import { needs, readBack } from './support/answers.ts';
import type { Said } from './support/seen.ts';
import { shellCommands } from './support/shell.ts';

// Publishing cannot say from where, nor anything of what goes out; and nobody publishes sixty thousand ports.
const refusesToPublish: Parameters<typeof readBack>[0]['refuses'] = (request, flows) =>
  needs.through(request) ||
  needs.helper(request) ||
  needs.outgoing(flows) ||
  needs.sourcePorts(flows) ||
  needs.peers(flows) ||
  flows.some(({ destinationPorts }) => destinationPorts.some(({ low, high }) => high - low >= 1000));

readBack({
  target: 'docker',
  refuses: refusesToPublish,
  read({ apply, undo }) {
    if (apply === '') return [];
    const [[...words] = [], ...more] = shellCommands(apply);
    assert.deepEqual(more, []);
    assert.deepEqual(words.splice(0, 5), ['docker', 'run', '--detach', '--name', 'duoport']);
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a variable of the shell
    assert.equal(words.pop(), '${IMAGE:?image with the FTP program}');
    assert.equal(undo, 'docker rm --force duoport\n');
    return Array.from({ length: words.length / 2 }, (_, index) => {
      assert.equal(words[2 * index], '--publish');
      return published(words[2 * index + 1] ?? '');
    });
  },
});

readBack({
  target: 'compose',
  refuses: refusesToPublish,
  read({ apply }) {
    if (apply === '') return [];
    const document = parse(apply, { strict: true }) as Record<string, Record<string, { ports: unknown[] }>>;
    assert.deepEqual(Object.keys(document), ['services']);
    assert.deepEqual(Object.keys(document['services'] ?? {}), ['duoport']);
    const service = document['services']?.['duoport'];
    assert.deepEqual(Object.keys(service ?? {}), ['ports']);
    return (service?.ports ?? []).map((port) => {
      // Unquoted, YAML 1.1 would read 21:21 as a number to the base of sixty.
      assert.equal(typeof port, 'string');
      return published(String(port));
    });
  },
});

/** `[address:]port[-port]:port[-port]`, the short syntax of both; outside and inside are the same. */
function published(text: string): Said {
  const [, host, outer = '', inner = ''] =
    /^(?:(\d{1,3}(?:\.\d{1,3}){3}|\[[0-9a-f:]+\]):)?(\d{1,5}(?:-\d{1,5})?):(\d{1,5}(?:-\d{1,5})?)$/.exec(
      text,
    ) ?? [];
  assert.notEqual(outer, '', text);
  assert.equal(outer, inner);
  const to = host === undefined ? [] : [host.replace(/[[\]]/g, '')];
  const family = to[0] === undefined ? undefined : to[0].includes(':') ? 6 : 4;
  return { direction: 'in', family, from: [], to, ports: [outer] };
}

interface Manifest<Spec> {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly spec: Spec;
}

interface ServiceSpec {
  readonly type: string;
  readonly externalTrafficPolicy: string;
  readonly sessionAffinity: string;
  readonly selector: Readonly<Record<string, string>>;
  readonly loadBalancerSourceRanges?: readonly string[];
  readonly ports: readonly Readonly<Record<string, string | number>>[];
}

// Field names, lengths and values as in the API reference of Service v1.
readBack({
  target: 'kubernetes-service',
  refuses: (request, flows) =>
    request.side !== 'server' || needs.helper(request) || needs.outgoing(flows) || needs.own(flows),
  read({ apply }) {
    const { spec, ...head } = parse(apply, { strict: true }) as Manifest<ServiceSpec>;
    assert.deepEqual(head, { apiVersion: 'v1', kind: 'Service', metadata: { name: 'duoport-ftp' } });
    const {
      type,
      externalTrafficPolicy,
      sessionAffinity,
      selector,
      loadBalancerSourceRanges,
      ports,
      ...more
    } = spec;
    assert.deepEqual(more, {});
    assert.deepEqual(
      [type, externalTrafficPolicy, sessionAffinity, selector],
      ['LoadBalancer', 'Local', 'ClientIP', { app: 'duoport' }],
    );
    for (const port of ports) {
      assert.deepEqual(Object.keys(port), ['name', 'protocol', 'port', 'targetPort']);
      assert.match(String(port['name']), /^(?=.{1,63}$)[a-z0-9]([-a-z0-9]*[a-z0-9])?$/);
      assert.deepEqual([port['protocol'], port['targetPort']], ['TCP', port['port']]);
    }
    assert.equal(new Set(ports.map((port) => port['name'])).size, ports.length);
    return spans(ports.map((port) => Number(port['port']))).map((span) => ({
      direction: 'in',
      family: undefined,
      from: loadBalancerSourceRanges ?? [],
      to: [],
      ports: [span],
    }));
  },
});

/** 21, 50000, 50001, 50002 → `21`, `50000-50002`. */
function spans(ports: readonly number[]): readonly string[] {
  const found: { low: number; high: number }[] = [];
  for (const port of ports) {
    const last = found.at(-1);
    if (last !== undefined && port === last.high + 1) last.high = port;
    else found.push({ low: port, high: port });
  }
  return found.map(({ low, high }) => (low === high ? `${low}` : `${low}-${high}`));
}

interface PolicyRule {
  readonly ports: readonly { readonly protocol: string; readonly port: number; readonly endPort?: number }[];
  readonly from?: readonly { readonly ipBlock: { readonly cidr: string } }[];
  readonly to?: readonly { readonly ipBlock: { readonly cidr: string } }[];
}

interface PolicySpec {
  readonly podSelector: { readonly matchLabels: Readonly<Record<string, string>> };
  readonly policyTypes: readonly string[];
  readonly ingress?: readonly PolicyRule[];
  readonly egress?: readonly PolicyRule[];
}

// Field names as in the API reference of NetworkPolicy v1 (networking.k8s.io).
readBack({
  target: 'kubernetes-policy',
  refuses: (request, flows) =>
    needs.through(request) || needs.helper(request) || needs.sourcePorts(flows) || needs.own(flows),
  read({ apply }) {
    if (apply === '') return [];
    const { spec, ...head } = parse(apply, { strict: true }) as Manifest<PolicySpec>;
    const metadata = { name: 'duoport-ftp' };
    assert.deepEqual(head, { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', metadata });
    const { podSelector, policyTypes, ingress, egress, ...more } = spec;
    assert.deepEqual([podSelector, more], [{ matchLabels: { app: 'duoport' } }, {}]);
    // A type without rules would shut that direction; rules without their type would do nothing.
    const types = [
      ...(ingress === undefined ? [] : ['Ingress']),
      ...(egress === undefined ? [] : ['Egress']),
    ];
    assert.deepEqual(policyTypes, types);
    return [
      ...(ingress ?? []).map((rule) => policySaid(rule, 'from')),
      ...(egress ?? []).map((rule) => policySaid(rule, 'to')),
    ];
  },
});

function policySaid(rule: PolicyRule, key: 'from' | 'to'): Said {
  const { ports, [key]: peers, ...more } = rule;
  assert.deepEqual(more, {});
  // An empty list of peers would be everybody, without a word of it.
  assert.notEqual(peers?.length, 0);
  const networks = (peers ?? []).map(({ ipBlock: { cidr, ...rest }, ...others }) => {
    assert.deepEqual([rest, others], [{}, {}]);
    return cidr;
  });
  return {
    direction: key === 'from' ? 'in' : 'out',
    family: undefined,
    from: key === 'from' ? networks : [],
    to: key === 'to' ? networks : [],
    ports: ports.map(({ protocol, port, endPort, ...rest }) => {
      assert.deepEqual([protocol, rest], ['TCP', {}]);
      assert.ok(endPort === undefined || endPort > port);
      return endPort === undefined ? `${port}` : `${port}-${endPort}`;
    }),
  };
}

test('a Kubernetes Service lists up to 128 ports, and refuses more instead of making the range smaller', () => {
  const request = { side: 'server', modes: ['passive'] } as const;
  const fits = firewallRules('kubernetes-service', { ...request, passivePorts: { low: 50000, high: 50126 } });
  assert.equal(fits.kind, 'rules');
  const more = firewallRules('kubernetes-service', { ...request, passivePorts: { low: 50000, high: 50127 } });
  assert.equal(more.kind, 'refused');
  assert.match(more.kind === 'refused' ? more.nearest : '', /single-port/);
});

test('names of the place are the names in the rules: container, image, namespace, pods', () => {
  const request = { side: 'server', modes: ['passive'], singlePort: true } as const;
  const place = { service: 'files', image: 'example.org/duoport:1', namespace: 'ftp' };
  const text = (target: 'docker' | 'compose' | 'kubernetes-service' | 'kubernetes-policy'): string => {
    const answer = firewallRules(target, request, place);
    return answer.kind === 'rules' ? answer.apply : '';
  };
  assert.match(text('docker'), /--name files \\\n {2}--publish 21:21 \\\n {2}example\.org\/duoport:1\n/);
  assert.match(text('compose'), /^ {2}files:$/m);
  for (const target of ['kubernetes-service', 'kubernetes-policy'] as const) {
    assert.match(text(target), /^ {2}name: files-ftp\n {2}namespace: ftp$/m);
    assert.match(text(target), /^ +app: files$/m);
  }
});
