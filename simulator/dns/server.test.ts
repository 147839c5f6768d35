import { decode, encode } from 'dns-packet';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createDnsServer } from './server.ts';
import { zone } from './zone.ts';

const server = () => createDnsServer({ zones: [zone('example.test', { A: '192.0.2.1' })], now: () => 42 });
const query = (name: string) => encode({ type: 'query', id: 7, questions: [{ type: 'A', name }] });

test('queries are recorded as evidence', () => {
  const { answer, queries } = server();
  answer(query('Example.TEST'), 'udp');
  answer(query('other.test'), 'tcp');
  expect(queries).toEqual([
    { atMs: 42, name: 'Example.TEST', type: 'A', transport: 'udp', dnssec: false },
    { atMs: 42, name: 'other.test', type: 'A', transport: 'tcp', dnssec: false },
  ]);
});

test('without EDNS no EDNS in the answer', () => {
  const reply = decode(Buffer.from(server().answer(query('example.test'), 'udp').reply ?? []));
  expect(reply).toMatchObject({ id: 7, flag_qr: true, additionals: [], answers: [{ data: '192.0.2.1' }] });
});

test('what is no question gets FORMERR, what is no query nothing', () => {
  const two = encode({
    type: 'query',
    id: 7,
    questions: [
      { type: 'A', name: 'a.test' },
      { type: 'A', name: 'b.test' },
    ],
  });
  expect((server().answer(two, 'udp').reply?.[3] ?? 0) & 15).toBe(1);
  const response = encode({ type: 'response', id: 7, questions: [{ type: 'A', name: 'example.test' }] });
  expect(server().answer(response, 'udp')).toEqual({ delayMs: 0 });
});

test('any bytes are survived', () => {
  const { answer } = server();
  const good = query('example.test');
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat(good.length), (noise, cut) => {
      answer(noise, 'udp');
      answer(Buffer.concat([good.subarray(0, cut), noise]), 'tcp');
    }),
  );
});
