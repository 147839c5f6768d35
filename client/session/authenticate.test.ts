/** Whatever a server answers to AUTH: the delivery ends, in time, with one outcome and without a surprise. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { zone } from '../../simulator/dns/zone.ts';
import { mailHost } from '../../simulator/hosts/declarative.ts';
import type { Answer } from '../../simulator/hosts/switches.ts';
import { createWorld } from '../../simulator/world.ts';
import { resolveSettings } from '../config/settings.ts';
import { messageFromBytes } from '../content/message.ts';
import { deliver } from '../deliver.ts';

const RUNS = 300;
const LIMIT_SECONDS = 10;

const challenge = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }).map((text) => Buffer.from(text).toString('base64')),
  fc
    .constantFrom(
      'nonce="n",qop="auth",algorithm=md5-sess',
      'rspauth=x',
      'r=x,s=QUJD,i=4096',
      'r=x,s=QUJD,i=4294967296',
      'v=QUJD',
      '<1.2@mx.test>',
      `${'x'.repeat(3_000)}`,
    )
    .map((text) => Buffer.from(text).toString('base64')),
  fc.constantFrom('', '=', '*', 'A', '!!!!', 'QQ==QQ=='),
);
const reply = fc.oneof(
  challenge.map((text) => `334 ${text}`),
  challenge.map((text) => `334-${text}\n334 ${text}`),
  fc.constantFrom(
    '334',
    '300 ',
    '235 ok',
    '250 ok',
    '535 5.7.8 no',
    '454 later',
    '100 what',
    '999',
    'garbage',
    '421 bye',
  ),
);
const answer: fc.Arbitrary<Answer> = fc.oneof(
  { weight: 5, arbitrary: reply },
  reply.map((text) => ({ reply: text, trickle: { bytes: 1, every: '10ms' as const } })),
  fc
    .constantFrom('close' as const, 'reset' as const, 'silent' as const, 'halfClose' as const)
    .map((then) => ({ then })),
);

const plan = fc.record({
  service: fc.constantFrom('smtp' as const, 'lmtp' as const),
  mechanism: fc.constantFrom(
    'PLAIN',
    'LOGIN',
    'CRAM-MD5',
    'DIGEST-MD5',
    'SCRAM-SHA-1',
    'XOAUTH2',
    'EXTERNAL',
    'FOO',
    '',
  ),
  answers: fc.array(answer, { minLength: 1, maxLength: 6 }),
  softBounce: fc.boolean(),
});

test('any answers', { timeout: 120_000 }, async () => {
  const statuses = new Set<string>();
  await fc.assert(
    fc.asyncProperty(plan, async ({ service, mechanism, answers, softBounce }) => {
      const world = createWorld({
        dns: zone('example.test', { MX: '10 mx', mx: '192.0.2.1' }),
        hosts: {
          mx: mailHost({
            protocol: service,
            extensions: [`AUTH ${mechanism}`],
            auth: answers,
          }),
        },
      });
      const settings = resolveSettings(
        new Map([
          [`${service}_sasl_auth_enable`, 'yes'],
          [`${service}_sasl_password_maps`, 'static:user:pass'],
          [`${service}_sasl_security_options`, ''],
          [`${service}_sasl_auth_soft_bounce`, softBounce ? 'yes' : 'no'],
          ['smtp_helo_timeout', `${LIMIT_SECONDS}s`],
          ['lmtp_lhlo_timeout', `${LIMIT_SECONDS}s`],
        ]),
        service,
        { hostname: 'client.test' },
      );
      const nowMs = world.platform.clock.now();
      const { outcomes, tookMs } = await world.run(async () => {
        const result = await deliver(
          {
            service,
            nexthop: service === 'lmtp' ? 'inet:mx.example.test' : 'example.test',
            sender: 'sender@client.test',
            recipients: [{ address: 'user@example.test' }],
            message: messageFromBytes(Buffer.from('Subject: x\n\nHello.\n')),
            queueId: '4C0FFEE000',
            arrivedAtMs: nowMs,
            activeAtMs: nowMs,
          },
          { ...world, settings },
        );
        return { outcomes: result.outcomes, tookMs: world.platform.clock.now() - nowMs };
      });
      expect(outcomes).toHaveLength(1);
      for (const { status } of outcomes) statuses.add(status);
      expect(world.log.filter((line) => line.includes('unexpectedly'))).toEqual([]);
      // Each answer may be waited for, and what it trickles; then there is QUIT, or the message.
      expect(tookMs).toBeLessThan((answers.length + 4) * (LIMIT_SECONDS * 1000 + 60_000));
    }),
    { numRuns: RUNS },
  );
  expect([...statuses].sort()).toEqual(['bounced', 'deferred', 'sent']);
});
