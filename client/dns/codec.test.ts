import { encode } from 'dns-packet';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { answersQuery, decodeReply, encodeQuery, isEncodableName } from './codec.ts';

const reply = encode({
  type: 'response',
  id: 7,
  questions: [{ type: 'MX', name: 'example.test' }],
  answers: [
    { type: 'MX', name: 'example.test', ttl: 1, data: { preference: 10, exchange: 'mx.example.test' } },
    { type: 'TXT', name: 'example.test', ttl: 1, data: ['one', 'two'] },
    { type: 'SRV', name: 'example.test', ttl: 1, data: { port: 25, target: 'a.test' } },
    { type: 'AAAA', name: 'example.test', ttl: 1, data: '2001:db8::1' },
  ],
});

test('any bytes decode to something, and soon', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 600 }), (bytes) => void decodeReply(bytes)),
    { numRuns: 1_000 },
  );
});

test('any damage of a good reply is survived', () => {
  const damage = fc.array(fc.tuple(fc.nat(reply.length - 1), fc.nat(255)), { minLength: 1, maxLength: 8 });
  fc.assert(
    fc.property(damage, fc.nat(reply.length), (changes, length) => {
      const bytes = Uint8Array.from(reply);
      for (const [at, byte] of changes) bytes[at] = byte;
      decodeReply(bytes);
      decodeReply(bytes.subarray(0, length));
      answersQuery(
        bytes.subarray(0, length),
        encodeQuery(7, 'example.test', 'MX', { edns: true, dnssec: true }),
      );
    }),
    { numRuns: 1_000 },
  );
});

test('a reply that is nothing but compression pointers ends', () => {
  const bytes = Buffer.alloc(65_535, 0xc0);
  Buffer.from([0, 7, 0x80, 0, 0, 0, 0xff, 0xff, 0, 0, 0, 0]).copy(bytes);
  expect(decodeReply(bytes)).toBeUndefined();
});

test('only the answer to this very query is one', () => {
  const query = encodeQuery(7, 'Example.test', 'MX', { edns: true, dnssec: false });
  const changed = (at: number, byte: number) => Buffer.from(reply).fill(byte, at, at + 1);
  expect(answersQuery(reply, query)).toBe(true);
  expect(answersQuery(changed(1, 8), query)).toBe(false);
  expect(answersQuery(changed(2, 0), query)).toBe(false);
  expect(answersQuery(changed(13, 0x7a), query)).toBe(false);
  expect(answersQuery(reply, encodeQuery(7, 'example.test', 'A', { edns: true, dnssec: false }))).toBe(false);
  expect(answersQuery(reply, encodeQuery(7, 'xample.test', 'MX', { edns: true, dnssec: false }))).toBe(false);
  expect(answersQuery(reply.subarray(0, 11), query)).toBe(false);
  const noQuestion = Buffer.from([0, 7, 0x80, 1, 0, 0, 0, 0, 0, 0, 0, 0]);
  expect(answersQuery(noQuestion, query)).toBe(true);
  noQuestion[3] = 0;
  expect(answersQuery(noQuestion, query)).toBe(false);
});

test('every encodable name makes a query', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 260 }), (name) => {
      if (isEncodableName(name)) encodeQuery(1, name, 'A', { edns: true, dnssec: true });
    }),
  );
});
