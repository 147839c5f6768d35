import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { DnsAnswer, Resolver } from './resolver.ts';
import { withSearchList } from './search.ts';

const RCODES = ['NOERROR', 'NXDOMAIN', 'SERVFAIL', 'REFUSED', 'timeout', 'malformed', 'FORMERR'];
const nothing = (rcode: string): DnsAnswer => ({ rcode, authenticated: false, records: [] });
const found = (name: string): DnsAnswer => ({
  rcode: 'NOERROR',
  authenticated: true,
  records: [{ type: 'A', name, ttlSeconds: 1, address: '192.0.2.1' }],
});

/** Answers by name; what it does not know does not exist. */
function scripted(answers: Readonly<Record<string, DnsAnswer>>): Resolver & { readonly asked: string[] } {
  const asked: string[] = [];
  return {
    asked,
    async query(name) {
      asked.push(name);
      return answers[name] ?? nothing('NXDOMAIN');
    },
  };
}

const list = { search: ['one.test', 'two.test'], ndots: 1 };

describe('a search list', () => {
  test.each([
    ['host', ['res_defnames'], ['host.one.test', 'host']],
    ['host', ['res_dnsrch'], ['host']],
    ['host', ['res_defnames', 'res_dnsrch'], ['host.one.test', 'host.two.test', 'host']],
    ['a.host', ['res_defnames'], ['a.host']],
    ['a.host', ['res_dnsrch'], ['a.host', 'a.host.one.test', 'a.host.two.test']],
  ] as const)('%s with %j', async (name, options, names) => {
    const resolver = scripted({});
    expect((await withSearchList(resolver, list, options).query(name, 'A')).rcode).toBe('NXDOMAIN');
    expect(resolver.asked).toEqual(names);
  });

  test('says under which name it found something', async () => {
    const resolver = scripted({ 'host.two.test': found('host.two.test') });
    const answer = await withSearchList(resolver, list, ['res_defnames', 'res_dnsrch']).query('host', 'A');
    expect(answer).toMatchObject({ completedName: 'host.two.test', authenticated: true });
  });

  test('does not go on where the next domain has no chance, but still asks for the name as it is', async () => {
    const resolver = scripted({ 'host.one.test': nothing('timeout'), host: found('host') });
    const answer = await withSearchList(resolver, list, ['res_defnames', 'res_dnsrch']).query('host', 'A');
    expect(resolver.asked).toEqual(['host.one.test', 'host']);
    expect(answer.records).toHaveLength(1);
  });

  test('whatever servers say, asks each name once and gives one of their answers', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom(...RCODES), { minLength: 4, maxLength: 4 }),
        fc.constantFrom('host', 'a.host'),
        fc.nat(2),
        async (rcodes, name, ndots) => {
          const names = [name, `${name}.one.test`, `${name}.two.test`];
          const resolver = scripted(
            Object.fromEntries(names.map((each, at) => [each, nothing(rcodes[at] ?? '')])),
          );
          const search = withSearchList(resolver, { ...list, ndots }, ['res_defnames', 'res_dnsrch']);
          const answer = await search.query(name, 'A');
          expect(rcodes).toContain(answer.rcode);
          expect(new Set(resolver.asked).size).toBe(resolver.asked.length);
          expect(resolver.asked).toContain(name);
        },
      ),
    );
  });
});
