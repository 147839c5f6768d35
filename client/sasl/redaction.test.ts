/** Credentials do not come back in what servers say. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Redaction } from './redaction.ts';

const redacted = (text: string, ...secrets: string[]) => {
  const redaction = new Redaction();
  redaction.add(secrets);
  return redaction.of(text);
};

test.each([
  ['535 no: hunter22', '535 no: <hidden>'],
  ['535 no: xhunter22x', '535 no: x<hidden>x'],
  ['535 aHVudGVyMjI=', '535 <hidden>'],
  ['535 68756e7465723232', '535 <hidden>'],
  ['535 nothing of it', '535 nothing of it'],
])('%s', (text, shown) => {
  expect(redacted(text, 'hunter22')).toBe(shown);
});

test('a short secret is hidden as a word only, and a very short one not at all', () => {
  expect(redacted('password: pass, (pass)', 'pass')).toBe('password: <hidden>, (<hidden>)');
  expect(redacted('535 5.3.5', '5.3')).toBe('535 5.3.5');
});

test('a secret with control characters is hidden as replies show it', () => {
  expect(redacted('535 hun?ter22', 'hun\u0007ter22')).toBe('535 <hidden>');
});

test('whatever it is made of, and wherever it stands in base64', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'binary', minLength: 9, maxLength: 40 }).filter((text) => text.isWellFormed()),
      fc.uint8Array({ maxLength: 5 }),
      fc.uint8Array({ maxLength: 5 }),
      (secret, before, after) => {
        expect(redacted(`535 ${secret}`, secret)).not.toContain(secret);
        const around = Buffer.concat([before, Buffer.from(secret), after]).toString('base64');
        const shown = Buffer.from(redacted(around, secret).replaceAll('<hidden>', ''), 'base64');
        expect(shown.includes(secret)).toBe(false);
        expect(redacted(around, secret)).toContain('<hidden>');
      },
    ),
  );
});
