import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { AdvertisedAddress, type AdvertisedChoice, type AdvertisedFacts } from './advertised-address.ts';

const FACTS: AdvertisedFacts = {
  listening: { address: '0.0.0.0', port: 50_000, family: 4 },
  local: '10.0.0.5',
  client: '8.8.8.8',
  secure: false,
  family: 4,
};

/** A resolver whose answers are what the test says. */
function fakeLookup(answers: Record<string, readonly string[] | Error>) {
  const asked: string[] = [];
  const lookup = async (host: string) => {
    asked.push(host);
    const answer = answers[host] ?? new Error(`${host}: no such name`);
    if (answer instanceof Error) throw answer;
    return answer;
  };
  return { lookup, asked, answers };
}

function text(choice: AdvertisedChoice): string {
  return 'fault' in choice ? choice.fault : `${choice.endpoint.address}:${choice.endpoint.port}`;
}

describe('the advertised address', () => {
  it("is the control connection's own when nothing is configured", () => {
    const policy = new AdvertisedAddress();
    assert.equal(text(policy.choose(FACTS)), '10.0.0.5:50000');
    assert.equal(text(policy.choose({ ...FACTS, local: '::ffff:10.0.0.5' })), '10.0.0.5:50000');
  });

  it('is a fixed one, with a port map', () => {
    const policy = new AdvertisedAddress({ rules: [{ address: '203.0.113.9', portOffset: 1000 }] });
    assert.equal(text(policy.choose(FACTS)), '203.0.113.9:51000');
    const facts = { ...FACTS, listening: { ...FACTS.listening, port: 65_000 } };
    assert.match(text(policy.choose(facts)), /no port/);
  });

  it('is chosen by the network of the client and by TLS; the first rule that fits decides', () => {
    const policy = new AdvertisedAddress({
      rules: [
        { clients: ['10.0.0.0/8', 'fd00::/8'], address: 'local' },
        { secure: true, address: '203.0.113.7' },
        { address: '203.0.113.9' },
      ],
    });
    assert.equal(text(policy.choose({ ...FACTS, client: '10.9.9.9' })), '10.0.0.5:50000');
    assert.equal(text(policy.choose({ ...FACTS, client: '::ffff:10.9.9.9' })), '10.0.0.5:50000');
    assert.equal(text(policy.choose({ ...FACTS, secure: true })), '203.0.113.7:50000');
    assert.equal(text(policy.choose(FACTS)), '203.0.113.9:50000');
  });

  it("falls back to the connection's own address when no rule fits", () => {
    const policy = new AdvertisedAddress({
      rules: [{ clients: ['192.168.0.0/16'], address: '203.0.113.9' }],
    });
    const choice = policy.choose(FACTS);
    assert.equal(text(choice), '10.0.0.5:50000');
    assert.match('because' in choice ? choice.because : '', /no rule fits/);
  });

  it('has nothing to say in 227 on an IPv6 connection without an IPv4 rule', () => {
    const policy = new AdvertisedAddress();
    assert.match(text(policy.choose({ ...FACTS, local: '2001:db8::5' })), /no IPv4 address.*EPSV/);
    const fixed = new AdvertisedAddress({ rules: [{ address: '203.0.113.9' }] });
    assert.equal(text(fixed.choose({ ...FACTS, local: '2001:db8::5' })), '203.0.113.9:50000');
    assert.equal(text(fixed.choose({ ...FACTS, local: '2001:db8::5', family: 6 })), '2001:db8::5:50000');
  });

  it('is looked up in the background, and of the family that is asked for', async () => {
    const { lookup, asked } = fakeLookup({ 'ftp.example.org': ['2001:db8::9', '203.0.113.9'] });
    const policy = new AdvertisedAddress({ rules: [{ address: 'ftp.example.org' }], lookup });
    assert.match(text(policy.choose(FACTS)), /could not be looked up yet: the lookup still runs/);
    await policy.ready();
    assert.equal(text(policy.choose(FACTS)), '203.0.113.9:50000');
    assert.equal(text(policy.choose({ ...FACTS, family: 6 })), '2001:db8::9:50000');
    assert.deepEqual(asked, ['ftp.example.org']);
  });

  it('never comes from a failed lookup: the last good one is kept', async () => {
    let time = 0;
    const dns = fakeLookup({ 'dyn.example.org': new Error('SERVFAIL') });
    const rules = [{ address: 'dyn.example.org' }];
    const policy = new AdvertisedAddress({ rules, lookup: dns.lookup, ttl: 100, now: () => time });
    await policy.ready();
    assert.match(text(policy.choose(FACTS)), /could not be looked up yet: SERVFAIL/);
    dns.answers['dyn.example.org'] = ['203.0.113.1'];
    time = 100;
    policy.refresh();
    await policy.ready();
    assert.equal(text(policy.choose(FACTS)), '203.0.113.1:50000');
    dns.answers['dyn.example.org'] = new Error('SERVFAIL');
    time = 200;
    policy.refresh();
    await policy.ready();
    const stale = policy.choose(FACTS);
    assert.equal(text(stale), '203.0.113.1:50000');
    assert.match('because' in stale ? stale.because : '', /last known address: SERVFAIL/);
    dns.answers['dyn.example.org'] = ['203.0.113.2'];
    time = 300;
    assert.equal(text(policy.choose(FACTS)), '203.0.113.1:50000', 'asking never waits');
    await policy.ready();
    assert.equal(text(policy.choose(FACTS)), '203.0.113.2:50000');
    assert.equal(dns.asked.length, 4, 'within the ttl nothing is asked');
  });

  it('is no address when the name has none', async () => {
    const { lookup } = fakeLookup({ 'empty.example.org': [], 'six.example.org': ['2001:db8::6'] });
    for (const [address, fault] of [
      ['empty.example.org', /no address/],
      ['six.example.org', /no IPv4 address/],
    ] as const) {
      const policy = new AdvertisedAddress({ rules: [{ address }], lookup });
      await policy.ready();
      assert.match(text(policy.choose(FACTS)), fault);
    }
  });

  it('refuses a rule whose network is none', () => {
    assert.throws(() => new AdvertisedAddress({ rules: [{ clients: ['10.0.0.0/40'], address: 'local' }] }), {
      code: 'FTP_LOCAL_PROTOCOL',
    });
  });
});
