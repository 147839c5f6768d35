import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  DestinationError,
  type DestinationOptions,
  parseDestinations,
  splitDestinations,
} from './destination.ts';

const SMTP: DestinationOptions = {
  protocol: 'smtp',
  defaultService: 'smtp',
  knownTcpPorts: ['lmtp=24', 'smtp=25', 'smtps=submissions=465', 'submission=587'],
};
const LMTP: DestinationOptions = { ...SMTP, protocol: 'lmtp', defaultService: '24' };

const shown = (nexthop: string, options = SMTP) =>
  parseDestinations(nexthop, options).map((destination) =>
    destination.kind === 'unix'
      ? `unix ${destination.path}`
      : `${destination.bracketed ? 'host' : 'domain'} ${destination.domain} ${destination.port} ${destination.portText}`,
  );

const errorOf = (nexthop: string, options = SMTP): string => {
  try {
    parseDestinations(nexthop, options);
  } catch (error) {
    if (error instanceof DestinationError) return error.message;
    throw error;
  }
  return 'no error';
};

describe('forms', () => {
  test.each([
    ['example.test', 'domain example.test 25 smtp'],
    ['example.test:2525', 'domain example.test 2525 2525'],
    ['example.test:', 'domain example.test 25 smtp'],
    ['bücher.example', 'domain bücher.example 25 smtp'],
    ['[mail.test]', 'host mail.test 25 smtp'],
    ['[mail.test]:', 'host mail.test 25 smtp'],
    ['[mail.test]:submissions', 'host mail.test 465 submissions'],
    ['[mail.test]:smtps', 'host mail.test 465 smtps'],
    ['[192.0.2.1]:26', 'host 192.0.2.1 26 26'],
    ['[2001:db8::1]', 'host 2001:db8::1 25 smtp'],
    ['[IPv6:2001:db8::1]:25', 'host 2001:db8::1 25 25'],
    ['192.0.2.1', 'domain 192.0.2.1 25 smtp'],
    ['192.0.2.1:26', 'domain 192.0.2.1 26 26'],
  ])('%s', (nexthop, expected) => expect(shown(nexthop)).toEqual([expected]));

  test('a list by commas and white space', () => {
    expect(shown(' a.test, [b.test]:26\tc.test,,')).toEqual([
      'domain a.test 25 smtp',
      'host b.test 26 26',
      'domain c.test 25 smtp',
    ]);
  });

  test('unix: and inet: are of LMTP', () => {
    expect(shown('unix:/run/a, b', LMTP)).toEqual(['unix /run/a, b']);
    expect(shown('inet:a.test:26, b.test', LMTP)).toEqual(['domain a.test 26 26', 'domain b.test 24 24']);
    expect(errorOf('unix:/run/a')).toBe('unknown service: /run/a/tcp');
    expect(errorOf('unix:/run/a, b')).toBe('unknown service: /run/a/tcp');
    expect(errorOf('inet:a.test')).toBe('unknown service: a.test/tcp');
  });

  test('known_tcp_ports come before the built-in services', () => {
    expect(shown('a.test', { ...SMTP, knownTcpPorts: ['smtp=2525'] })).toEqual(['domain a.test 2525 smtp']);
    expect(shown('a.test:submission', { ...SMTP, knownTcpPorts: [] })).toEqual([
      'domain a.test 587 submission',
    ]);
  });

  test.each([
    ['smtp', 25],
    ['mail', 25],
    ['lmtp', 24],
    ['urd', 465],
    ['ssmtp', 465],
    ['smtps', 465],
    ['submissions', 465],
    ['submission', 587],
  ])('%s is port %i even where known_tcp_ports is empty', (service, port) => {
    const options = { ...SMTP, knownTcpPorts: [] };
    expect(shown(`a.test:${service}`, options)).toEqual([`domain a.test ${port} ${service}`]);
  });

  test('ports go from 1 to 65535', () => {
    expect(shown('a.test:1')).toEqual(['domain a.test 1 1']);
    expect(shown('a.test:65535')).toEqual(['domain a.test 65535 65535']);
    expect(errorOf('a.test:65536')).toBe('bad network port: 65536 for destination: a.test:65536');
  });

  test('a mistake matters only when its turn comes', () => {
    expect(splitDestinations('inet:a, inet:b', 'lmtp')).toEqual(['a', 'inet:b']);
    expect(errorOf('inet:a, inet:b', LMTP)).toBe('unknown service: b/tcp');
  });
});

describe('mistakes', () => {
  test.each([
    ['[a.test', 'missing "]" in server description: [a.test'],
    ['[a.test]x', 'garbage after "]" in server description: [a.test]x'],
    ['[ipv6:192.0.2.1]', 'malformed IPv6 address in server description: [ipv6:192.0.2.1]'],
    ['[ipv6:]', 'malformed IPv6 address in server description: [ipv6:]'],
    ['[]', 'missing host information in server description: []'],
    [':25', 'missing host information in server description: :25'],
    ['a$b', 'valid hostname or network address required in server description: a$b'],
    ['2001:db8::1', 'valid hostname or network address required in server description: 2001:db8::1'],
    ['a.test:25x', 'garbage after numerical service in server description: a.test:25x'],
    ['a.test:70000', 'bad network port: 70000 for destination: a.test:70000'],
    ['a.test:0', 'bad network port: 0 for destination: a.test:0'],
    ['a.test:nosuch', 'unknown service: nosuch/tcp'],
    ['a.test:constructor', 'unknown service: constructor/tcp'],
    [',', 'null destination: ","'],
    ['', 'null destination: ""'],
  ])('%s', (nexthop, message) => expect(errorOf(nexthop)).toBe(message));
});

test('property: what was parsed can be written down and parsed again', () => {
  const label = fc.stringMatching(/^[a-z][a-z0-9]{0,10}$/);
  const host = fc.array(label, { minLength: 1, maxLength: 4 }).map((labels) => labels.join('.'));
  fc.assert(
    fc.property(host, fc.boolean(), fc.integer({ min: 1, max: 65_535 }), (domain, bracketed, port) => {
      const text = `${bracketed ? `[${domain}]` : domain}:${port}`;
      expect(parseDestinations(text, SMTP)).toEqual([
        { kind: 'inet', text, domain, bracketed, port, portText: String(port) },
      ]);
    }),
  );
});

test('property: any text gives destinations or one line', () => {
  const piece = fc.oneof(
    fc.constantFrom('[', ']', ':', ',', ' ', '\n', 'ipv6:', 'unix:', '25', 'a.test', '\0', 'ä'),
    fc.string(),
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 8 }), fc.constantFrom(SMTP, LMTP), (pieces, options) => {
      try {
        const destinations = parseDestinations(pieces.join(''), options);
        expect(destinations.length).toBeGreaterThan(0);
        for (const destination of destinations) {
          if (destination.kind === 'unix') continue;
          expect(destination.port).toBeGreaterThan(0);
          expect(destination.domain).not.toMatch(/[\s[\]]/);
        }
      } catch (error) {
        if (!(error instanceof DestinationError)) throw error;
        expect(error.message).not.toMatch(/[\n\r\0]/);
      }
    }),
    { numRuns: 1_000 },
  );
});
