import { rules } from '../answer.ts';
import type { CheckedRequest } from '../check.ts';
import type { Flow } from '../flow.ts';
import type { Place } from '../place.ts';
import type { Answer, Note } from '../rules.ts';
import { ports, tagOf } from '../text.ts';
import { whatItCannot } from './firewalld/refusals.ts';
import { destinationRules } from './linux/nat-rules.ts';
import { orAny, pairsOf } from './linux/pairs.ts';

const notes: readonly Note[] = [
  {
    code: 'related',
    text: 'firewalld lets related connections in by itself, whatever helper they come from: no rule of ours narrows that.',
  },
  {
    code: 'old-files',
    text: 'After the undo firewalld keeps what it deleted as files named *.old under /etc/firewalld; it does not read them.',
  },
  {
    code: 'reload',
    text: 'The last command reloads the permanent configuration: what was changed at run time only is lost. Run firewall-cmd --runtime-to-permanent before if you want to keep that.',
  },
];

/**
 * firewalld: policies of our own, which stand before the zones and are deleted whole. So the administrator's zones stay
 * as they are.
 */
export function firewalld(request: CheckedRequest, flows: readonly Flow[], place: Place): Answer {
  const refusal = whatItCannot(request, flows);
  if (refusal !== undefined) return refusal;
  const names = { tag: tagOf([request, place]), zone: place.zone ?? 'ANY' };
  const helper = request.helper && flows.some(({ state }) => state === 'related');
  const policies = policiesOf(request, flows, helper).map((policy) => ({
    ...policy,
    name: `duo-${names.tag}-${policy.direction}`,
  }));
  if (policies.length === 0) return rules('firewalld', flows, { format: 'sh', apply: [], undo: [] });
  const own = `duoport-${names.tag}`;
  return rules('firewalld', flows, {
    format: 'sh',
    apply: [
      'set -e',
      ...(helper ? helperLines(own, request) : []),
      ...policies.flatMap((policy) => policyLines(policy, { request, zone: names.zone, own, helper })),
      'firewall-cmd --reload',
    ],
    undo: [
      ...policies.map(({ name }) => permanent(`--delete-policy=${name}`)),
      ...(helper ? [permanent(`--delete-service=${own}`), permanent(`--delete-helper=${own}`)] : []),
      'firewall-cmd --reload',
    ],
    notes,
  });
}

function permanent(words: string): string {
  return `firewall-cmd --permanent ${words}`;
}

interface Policy {
  readonly direction: 'in' | 'out' | 'fwd';
  readonly flows: readonly Flow[];
}

/** Related connections need no rule of ours: firewalld accepts them by itself. */
function policiesOf(request: CheckedRequest, flows: readonly Flow[], helper: boolean): readonly Policy[] {
  const news = flows.filter(({ state }) => state === 'new');
  const of = (direction: Flow['direction']): readonly Flow[] =>
    news.filter((flow) => flow.direction === direction);
  const policies: readonly Policy[] = [
    { direction: 'in', flows: of('in') },
    { direction: 'out', flows: of('out') },
    { direction: 'fwd', flows: of('through') },
  ];
  // A client's helper watches a control connection that needs no rule of its own.
  const watching = helper && request.side === 'client';
  return policies.filter((policy) => policy.flows.length > 0 || (watching && policy.direction === 'out'));
}

function helperLines(own: string, { controlPorts }: CheckedRequest): readonly string[] {
  const list = controlPorts.map((number) => `${number}/tcp`);
  return [
    '# Kernels assign no helper by themselves: a helper on the control ports, and a service that assigns it.',
    permanent(`--new-helper=${own} --module=nf_conntrack_ftp`),
    ...list.map((one) => permanent(`--helper=${own} --add-port=${one}`)),
    permanent(`--new-service=${own}`),
    permanent(`--service=${own} --add-helper=${own}`),
    ...list.map((one) => permanent(`--service=${own} --add-port=${one}`)),
  ];
}

interface Surroundings {
  readonly request: CheckedRequest;
  readonly zone: string;
  readonly own: string;
  readonly helper: boolean;
}

function policyLines(policy: Policy & { readonly name: string }, around: Surroundings): readonly string[] {
  const { name, direction } = policy;
  const zones = { in: [around.zone, 'HOST'], out: ['HOST', 'ANY'], fwd: [around.zone, 'ANY'] }[direction];
  const watching = around.helper && around.request.side === 'client' && direction === 'out';
  return [
    permanent(`--new-policy=${name}`),
    permanent(`--policy=${name} --add-ingress-zone=${zones[0]}`),
    permanent(`--policy=${name} --add-egress-zone=${zones[1]}`),
    permanent(`--policy=${name} --set-priority=-100`),
    ...(around.request.nat?.kind === 'forward'
      ? forwardLines(name, around.request, policy.flows)
      : policy.flows.flatMap((flow) => flowLines(name, flow, around))),
    ...(watching && policy.flows.length === 0
      ? [permanent(`--policy=${name} --add-service=${around.own}`)]
      : []),
  ];
}

function flowLines(policy: string, flow: Flow, { helper, own }: Surroundings): readonly string[] {
  const elements =
    helper && flow.id === 'control'
      ? [`service name="${own}"`]
      : flow.destinationPorts.map((range) => `port port="${ports(range)}" protocol="tcp"`);
  const richRules = pairsOf(flow).flatMap(({ family, from, to }) =>
    orAny(from, undefined).flatMap((one) =>
      orAny(to, undefined).flatMap((other) =>
        elements.map((element) => richRule(policy, [...ends(family, one, other), element, 'accept'])),
      ),
    ),
  );
  return [`# ${flow.why}`, ...richRules];
}

function forwardLines(policy: string, request: CheckedRequest, flows: readonly Flow[]): readonly string[] {
  return destinationRules(request, flows).flatMap((rule) => [
    `# ${rule.why}`,
    ...orAny(rule.from, undefined).map((from) =>
      richRule(policy, [
        ...ends(rule.family, from, rule.dialled),
        `forward-port port="${ports(rule.outside)}" protocol="tcp" to-port="${ports(rule.inside)}" to-addr="${rule.server}"`,
      ]),
    ),
  ]);
}

function richRule(policy: string, words: readonly string[]): string {
  return permanent(`--policy=${policy} --add-rich-rule='rule ${words.join(' ')}'`);
}

function ends(
  family: 4 | 6 | undefined,
  from: string | undefined,
  to: string | undefined,
): readonly string[] {
  return [
    ...(family === undefined ? [] : [`family="ipv${family}"`]),
    ...(from === undefined ? [] : [`source address="${from}"`]),
    ...(to === undefined ? [] : [`destination address="${to}"`]),
  ];
}
