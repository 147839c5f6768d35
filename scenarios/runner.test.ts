/** The runner, with senders made for the occasion, and our own on the built-in suites. */
import { describe, expect, test } from 'vitest';
import { eventHashOf } from './event-hash.ts';
import { loadSuites } from './load.ts';
import type { Result } from './results.ts';
import { type RunOptions, runScenarios, seedOf } from './runner.ts';
import {
  bounced,
  check,
  decided,
  delivered,
  logged,
  mailHost,
  message,
  type Scenario,
  type ScenarioSpec,
  scenario,
  verifies,
  zone,
} from './scenario.ts';
import { nexthopSender } from './senders/nexthop.ts';
import type { Claim, Sender, SenderReport } from './senders/sender.ts';

const to = 'user@example.test';
const base: ScenarioSpec = {
  title: 'A title',
  clauses: ['rfc5321-5.1-07'],
  dns: zone('example.test', { MX: '10 a', a: '192.0.2.1' }),
  hosts: { a: mailHost() },
  send: message({ to }),
  expect: [delivered(to)],
};

function made(changes: Partial<ScenarioSpec> = {}, id = 'suite/name'): Scenario {
  return scenario(id, { ...base, ...changes });
}

function sender(send: Sender['send'], claims: readonly Claim[] = ['postfix', 'config', 'lmtp']): Sender {
  return {
    name: 'fake',
    version: '1',
    worlds: ['virtual'],
    claims: new Set<Claim>(['exchangers', ...claims]),
    send,
  };
}

function reports(report: Partial<SenderReport>, claims?: readonly Claim[]): Sender {
  return sender(async () => ({ outcomes: [], log: [], ...report }), claims);
}

async function collect(results: AsyncIterable<Result>): Promise<Result[]> {
  const all: Result[] = [];
  for await (const result of results) all.push(result);
  return all;
}

async function runOne(one: Scenario, by: Sender, options: Partial<RunOptions> = {}): Promise<Result> {
  const [result] = await collect(runScenarios([one], { senders: [by], seed: 1, ...options }).results);
  if (result === undefined) throw new Error('no result');
  return result;
}

const refused = { address: to, status: 'bounced' } as const;
const asExpected = made({ expect: [bounced(to)] });

describe('strictness', () => {
  test('what was expected passes', async () => {
    expect(await runOne(asExpected, reports({ outcomes: [refused] }))).toMatchObject({
      verdict: 'passed',
      reason: '',
    });
  });
  test('an expectation that nothing fulfils fails', async () => {
    const result = await runOne(made(), reports({ outcomes: [refused] }));
    expect(result).toMatchObject({ verdict: 'failed', reason: `delivered to ${to}: ${to}: bounced` });
  });
  test('a recipient without an outcome fails', async () => {
    expect(await runOne(asExpected, reports({}))).toMatchObject({ verdict: 'failed' });
  });
  test('an outcome that nobody expected fails', async () => {
    const one = made({ send: message({ to: [to, 'b@example.test'] }), expect: [bounced(to)] });
    const result = await runOne(
      one,
      reports({ outcomes: [refused, { ...refused, address: 'b@example.test' }] }),
    );
    expect(result.reason).toContain('no expectation for the outcome b@example.test');
  });
  test('a connection that nobody expected fails', async () => {
    const visitor = sender(async (_, { platform }) => {
      const connection = await platform.network.connectTcp({ address: '192.0.2.1', port: 25 });
      await new Promise((resolve) => connection.once('data', resolve));
      connection.end('QUIT\r\n');
      return { outcomes: [refused], log: [] };
    });
    const result = await runOne(asExpected, visitor);
    expect(result.reason).toContain('a connection to a, which no expectation mentions');
    expect(result.sessions[0]?.lines.map(({ text }) => text)).toContain('QUIT');
  });
  test('a warning that nobody expected fails, and is explained by logged', async () => {
    const warns = reports({ outcomes: [refused], log: [{ level: 'warning', text: 'oh dear' }] });
    expect((await runOne(asExpected, warns)).reason).toContain('a warning nobody expected: oh dear');
    expect(await runOne(made({ expect: [bounced(to), logged('dear')] }), warns)).toMatchObject({
      verdict: 'passed',
    });
  });
  test('a tolerance that nothing needs fails', async () => {
    const one = made({ expect: [bounced(to)], tolerates: { 'rfc5321-4.1.1.10-01': 'it says so' } });
    expect((await runOne(one, reports({ outcomes: [refused] }))).reason).toContain(
      'tolerates rfc5321-4.1.1.10-01',
    );
  });
  test('a tolerance that is needed makes the breach informational', async () => {
    const rude = sender(async (_, { platform }) => {
      const connection = await platform.network.connectTcp({ address: '192.0.2.1', port: 25 });
      await new Promise((resolve) => connection.once('data', resolve));
      connection.end();
      return { outcomes: [refused], log: [] };
    });
    const expectations = [bounced(to), check('knocked', () => undefined, { hosts: ['a'] })];
    expect(await runOne(made({ expect: expectations }), rude)).toMatchObject({ verdict: 'failed' });
    const tolerant = await runOne(
      made({ expect: expectations, tolerates: { 'rfc5321-4.1.1.10-01': 'why not' } }),
      rude,
    );
    expect(tolerant.verdict).toBe('passed');
    expect(tolerant.checks.find(({ verdict }) => verdict === 'informational')?.evidence).toMatch(
      /^tolerated \(why not\)/,
    );
  });
});

describe('verdicts follow the level of the clause', () => {
  const wrong = check('wrong', () => 'it is');
  const verdict = async (id: string, claims: readonly Claim[]) => {
    const one = made({ expect: [bounced(to), verifies(id, wrong)] });
    const { checks } = await runOne(one, reports({ outcomes: [refused] }, claims));
    return checks.find(({ name }) => name === 'wrong')?.verdict;
  };
  test.each([
    ['rfc5321-5.1-15', [], 'failed'],
    ['rfc5321-5.1-14', [], 'non-strict'],
    ['rfc5321-5.1-13', [], 'informational'],
    ['postfix:delivery-6.2', [], 'informational'],
    ['postfix:delivery-6.2', ['postfix'], 'failed'],
  ] as const)('%s for a sender that claims %j: %s', async (id, claims, expected) => {
    expect(await verdict(id, claims)).toBe(expected);
  });
  test('the status code of a sender that is not Postfix is not judged', async () => {
    const one = made({ expect: [bounced(to, { dsn: '5.1.1' })] });
    expect(await runOne(one, reports({ outcomes: [refused] }, []))).toMatchObject({ verdict: 'passed' });
    expect(await runOne(one, reports({ outcomes: [refused] }))).toMatchObject({ verdict: 'failed' });
  });
});

describe('what a sender cannot do', () => {
  test.each([
    ['LMTP', { send: message({ to, service: 'lmtp', nexthop: 'a.example.test' }) }],
    ['parameters', { config: { smtp_helo_name: 'x.test' } }],
  ] as const)('%s', async (_, changes) => {
    expect(await runOne(made(changes), reports({}, []))).toMatchObject({ verdict: 'unsupported' });
  });
  test('mail exchangers', async () => {
    const submitter: Sender = { ...reports({}), claims: new Set() };
    expect(await runOne(made(), submitter)).toMatchObject({ verdict: 'unsupported' });
    const relayed = made({ send: message({ to, nexthop: '[192.0.2.1]' }) });
    expect(await runOne(relayed, submitter)).toMatchObject({ verdict: 'failed' });
  });
  test('another world', async () => {
    expect(
      await runOne(made({ virtualOnly: 'days' }), reports({}), {
        world: { kind: 'live', run: () => Promise.reject(new Error('must not run')) },
      }),
    ).toMatchObject({
      verdict: 'skipped',
    });
  });
});

describe('decisions', () => {
  const wanted = decided('reuse', 'uses each connection once');
  const client = nexthopSender('1');

  test('are judged where they are told', async () => {
    const other = decided('reuse', 'keeps the connection');
    expect((await runOne(made({ expect: [delivered(to, { via: 'a' }), wanted] }), client)).verdict).toBe(
      'passed',
    );
    const failed = await runOne(made({ expect: [delivered(to, { via: 'a' }), other] }), client);
    expect(failed.verdict).toBe('failed');
    expect(failed.reason).toContain('uses each connection once, because nobody asks for reuse');
  });

  test('decide nothing about a sender that tells none', async () => {
    const quiet: Sender = {
      ...client,
      async send(...order) {
        const { decisions: _, ...report } = await client.send(...order);
        return report;
      },
    };
    const result = await runOne(made({ expect: [delivered(to, { via: 'a' }), wanted] }), quiet);
    expect(result.verdict).toBe('passed');
    expect(result.decisions).toBeUndefined();
    expect(result.checks.find(({ name }) => name === wanted.title)).toMatchObject({
      verdict: 'informational',
      evidence: 'the sender does not tell',
    });
  });

  test('are stored with the session they are about, and connections in vain with their end', async () => {
    const two = zone('example.test', { MX: ['10 gone', '20 a'], gone: '192.0.2.9', a: '192.0.2.1' });
    const result = await runOne(
      made({
        dns: two,
        network: { gone: 'silent' },
        send: [message({ to }), message({ to })],
        expect: [delivered(to), delivered(to)],
      }),
      client,
    );
    const extensions = result.decisions?.filter(({ text }) => text.startsWith('may use '));
    expect(extensions?.map(({ session }) => session)).toEqual([0, 1]);
    expect(result.attempts).toMatchObject(
      [
        { host: 'gone.example.test', address: '192.0.2.9', port: 25, reason: /timed out/ },
        { host: 'gone.example.test' },
      ].map((entry) => ({ ...entry, reason: expect.stringMatching(/Connection timed out$/) })),
    );
    const [first] = result.attempts ?? [];
    expect((first?.endedAtMs ?? 0) - (first?.atMs ?? 0)).toBe(30_000);
  });

  test('hold no credentials', async () => {
    const config = {
      smtp_sasl_auth_enable: 'yes',
      smtp_sasl_password_maps: 'inline:{a.example.test=user:secret-word}',
      smtp_sasl_security_options: 'noanonymous',
    };
    const hosts = { a: mailHost({ sasl: { mechanisms: ['PLAIN'], users: { user: 'secret-word' } } }) };
    const result = await runOne(made({ config, hosts }), client);
    expect(result.decisions?.some(({ text }) => text === 'authenticates with PLAIN')).toBe(true);
    expect(JSON.stringify(result)).not.toContain('secret-word');
  });
});

describe('nothing ends the run', () => {
  test.each([
    ['throws', sender(async () => Promise.reject(new Error('broken\nin two lines'))), 'broken in two lines'],
    ['never ends', sender(() => new Promise(() => {})), 'deadlock'],
  ])('a sender that %s', async (_, by, text) => {
    const run = runScenarios([made(), made({}, 'suite/other')], { senders: [by], seed: 1 });
    const results = await collect(run.results);
    expect(results.map(({ verdict }) => verdict)).toEqual(['failed', 'failed']);
    expect(results[0]?.reason).toContain(text);
    expect(results[0]?.checks).toMatchObject([{ clause: 'rfc5321-5.1-07', verdict: 'failed' }]);
  });
  test('a sender that goes on for ever, within the limit of real time', async () => {
    const busy = sender(async (_, { platform: { clock } }) => {
      for (;;) await new Promise<void>((resolve) => clock.schedule(1, resolve));
    });
    const result = await runOne(made(), busy, { scenarioLimitMs: 50 });
    expect(result).toMatchObject({ verdict: 'failed', reason: 'took more than 50 ms of real time' });
  });
  test('an expectation that throws', async () => {
    const one = made({
      expect: [
        bounced(to),
        check('bad', () => {
          throw new Error('oops');
        }),
      ],
    });
    expect((await runOne(one, reports({ outcomes: [refused] }))).reason).toBe('bad: oops');
  });
  test('an interrupt keeps what is finished', async () => {
    const controller = new AbortController();
    const scenarios = [asExpected, made({}, 'suite/b'), made({}, 'suite/c')];
    let runs = 0;
    const by = sender(async (_, { platform: { clock } }) => {
      runs += 1;
      if (runs > 1) {
        controller.abort();
        for (;;) await new Promise<void>((resolve) => clock.schedule(1, resolve));
      }
      return { outcomes: [refused], log: [] };
    });
    const seen: string[] = [];
    const onResult = (result: Result) => void seen.push(result.scenario);
    const run = runScenarios(scenarios, { senders: [by], seed: 1, signal: controller.signal, onResult });
    expect((await collect(run.results)).map(({ verdict }) => verdict)).toEqual(['passed']);
    expect(seen).toEqual(['suite/name']);
    expect(run.selected).toBe(3);
  });
});

describe('our client on the built-in suites', () => {
  const options = { senders: [nexthopSender('0')] };
  const sample = async () =>
    (await loadSuites()).map(({ scenario: one }) => one).filter((_, index) => index % 10 === 0);

  test('the same seed gives the same events, another seed others', async () => {
    const hashes: (string | undefined)[] = [];
    for (const seed of [7, 7, 8]) {
      const run = runScenarios(await sample(), { ...options, seed });
      hashes.push(eventHashOf(await collect(run.results)));
    }
    expect(hashes[0]).toBeDefined();
    expect(hashes[0]).toBe(hashes[1]);
    expect(hashes[0]).not.toBe(hashes[2]);
  });

  test('the same seed gives the same decisions, one by one', async () => {
    const some = await sample();
    const decisionsOf = async () =>
      (await collect(runScenarios(some, { ...options, seed: 7 }).results)).map(({ decisions }) => decisions);
    const first = await decisionsOf();
    expect(first.flat().length).toBeGreaterThan(some.length);
    expect(await decisionsOf()).toEqual(first);
  });

  test('a scenario does the same alone and among others', async () => {
    const all = await sample();
    const strip = ({ wallMs: _, ...result }: Result) => result;
    const together = await collect(runScenarios(all, { ...options, seed: 3 }).results);
    const last = all.at(-1);
    const alone = await collect(
      runScenarios(last === undefined ? [] : [last], { ...options, seed: 3 }).results,
    );
    expect(alone.map(strip)).toEqual(together.slice(-1).map(strip));
    expect(seedOf(3, 'a/b')).not.toBe(seedOf(3, 'a/c'));
  });

  test('the replay line names what is needed', async () => {
    const result = await runOne(made(), nexthopSender('0'), { seed: 5, overrides: { myhostname: 'a b' } });
    expect(result.replay).toBe("nexthop run suite/name --sender nexthop --seed 5 -o 'myhostname=a b'");
  });
});
