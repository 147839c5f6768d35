/**
 * Our reading of main.cf and master.cf against that of postconf(1), whose answers are kept; where there is a Postfix,
 * it is asked again.
 *
 * `NEXTHOP_RENEW_ANSWERS=1 npx vitest run tests/postconf.test.ts` keeps the answers of the Postfix that is there.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { type Answers, keyOf, type Reader } from './postconf/answers.ts';
import { expansions, readings, services } from './postconf/cases.ts';
import { ourPostconf } from './postconf/ours.ts';
import { realPostconf } from './postconf/real.ts';
import { root } from './source-tree.ts';

const FIXTURE = join(root, 'tests/postconf/answers.json');
/** Most of its time a refusing postconf sleeps, so that nobody starts it again at once. */
const AT_ONCE = 40;

let kept: Answers;
let real: Answers | undefined;

beforeAll(async () => {
  const reader = await realPostconf();
  if (reader !== undefined) real = await answersOf(reader);
  if (process.env.NEXTHOP_RENEW_ANSWERS !== undefined) {
    if (real === undefined) throw new Error('no postconf to ask: npm run peers');
    await writeFile(FIXTURE, `${JSON.stringify(real, null, 1)}\n`);
  }
  kept = JSON.parse(await readFile(FIXTURE, 'utf8'));
}, 120_000);

async function answersOf(reader: Reader): Promise<Answers> {
  return {
    expansions: await each(expansions, (text) => text, reader.expansion),
    readings: await each(readings, keyOf, reader.reading),
    services: await each(services, (text) => text, reader.services),
  };
}

async function each<Case, Answer>(
  cases: readonly Case[],
  key: (one: Case) => string,
  answer: (one: Case) => Promise<Answer>,
): Promise<Record<string, Answer>> {
  const answers: [string, Answer][] = [];
  const queue = cases.entries();
  const ask = async (): Promise<void> => {
    for (const [index, one] of queue) answers[index] = [key(one), await answer(one)];
  };
  await Promise.all(Array.from({ length: AT_ONCE }, ask));
  return Object.fromEntries(answers);
}

describe('main.cf and master.cf are read as postconf reads them', () => {
  test.each(expansions)('relayhost = %s', async (text) => {
    expect(kept.expansions).toHaveProperty([text]);
    expect(await ourPostconf.expansion(text)).toEqual(kept.expansions[text]);
  });

  test.each(readings.map((reading) => [keyOf(reading), reading] as const))('%j', async (key, reading) => {
    expect(kept.readings).toHaveProperty([key]);
    expect(await ourPostconf.reading(reading)).toEqual(kept.readings[key]);
  });

  test.each(services)('%j', async (masterCf) => {
    expect(kept.services).toHaveProperty([masterCf]);
    expect(await ourPostconf.services(masterCf)).toEqual(kept.services[masterCf]);
  });
});

test('postconf still answers what is kept', ({ skip }) => {
  if (real === undefined) skip('there is no Postfix here: npm run peers');
  expect(real).toEqual(kept);
});
