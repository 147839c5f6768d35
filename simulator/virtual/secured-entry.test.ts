import { expect, test } from 'vitest';
import { repeatable } from './secured-entry.ts';

const said = (text: string) =>
  repeatable({ atMs: 1, from: 'client', bytes: Buffer.from(text) }) as { bytes: string };

test('proofs of an authentication count by their length', () => {
  const proof = 'Yz1iaXdzLHI9ZnlrbytkMmxiYkZnT05Sdjlxa3hkYXdM';
  expect(said(`${proof}\r\n`).bytes).toBe(`<${proof.length}>\r\n`);
  expect(said(`AUTH SCRAM-SHA-256-PLUS ${proof}\r\n`).bytes).toMatch(/^AUTH SCRAM-SHA-256-PLUS <\d+>\r\n$/);
  expect(said(`334 ${proof}\r\n`).bytes).toMatch(/^334 <\d+>\r\n$/);
});

test('all else counts as it is', () => {
  const dialogue = 'EHLO client.test\r\nMAIL FROM:<a@b.test>\r\nAUTH PLAIN dGVzdA==\r\n';
  expect(said(dialogue).bytes).toBe(dialogue);
  const end = { atMs: 1, from: 'client' as const, event: 'close' as const };
  expect(repeatable(end)).toEqual(end);
});
