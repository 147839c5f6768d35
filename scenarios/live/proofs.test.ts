import { expect, test } from 'vitest';
import { nexthopSender } from '../senders/nexthop.ts';
import type { Claim, Sender } from '../senders/sender.ts';
import { virtualWorld } from '../virtual-run.ts';
import { withProvenClaims } from './proofs.ts';

const ours = nexthopSender('1');

test('our client proves all that it claims', async () => {
  expect(await withProvenClaims(ours, virtualWorld)).toBe(ours);
});

const braggart = (send: Sender['send']): Sender => ({ ...ours, name: 'braggart', send });

test.each<[Claim, Sender]>([
  ['config', braggart((mails, around) => ours.send(mails, { ...around, config: {} }))],
  [
    'exchangers',
    braggart((mails, around) =>
      ours.send(
        mails.map((mail) => ({ ...mail, nexthop: mail.nexthop ?? '[proof.test]' })),
        around,
      ),
    ),
  ],
  [
    'lmtp',
    braggart((mails, around) =>
      ours.send(
        mails.map((mail) => ({ ...mail, service: 'smtp' })),
        around,
      ),
    ),
  ],
  [
    'postfix',
    braggart((mails, around) =>
      ours.send(mails, { ...around, config: { smtp_skip_5xx_greeting: 'no', ...around.config } }),
    ),
  ],
])('the claim %s is lost by who cannot do it, and no other', async (claim, sender) => {
  const { claims } = await withProvenClaims(sender, virtualWorld);
  expect([...ours.claims].filter((one) => !claims.has(one))).toEqual([claim]);
});

test('a proof that comes to no end takes nothing away', async () => {
  const tired = braggart(() => Promise.reject(new Error('not today')));
  const live = { ...virtualWorld, kind: 'live' as const };
  expect((await withProvenClaims(tired, live)).claims).toEqual(ours.claims);
});
