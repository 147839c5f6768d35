import { X509Certificate } from 'node:crypto';
import { expect, test } from 'vitest';
import { selfSigned } from '../../../simulator/certificates/authority.ts';
import { checkNames, referenceNames } from './reference-names.ts';

function read(tokens: readonly string[], nexthop = 'example.test') {
  const log: string[] = [];
  const warn = (text: string) => void log.push(text);
  const { hosts, address } = referenceNames(tokens, { nexthop, hostname: 'mx.example.test', warn });
  return { hosts, address, log };
}

test.each([
  [
    ['nexthop', 'Dot-NextHop'],
    ['example.test', '.example.test'],
  ],
  [['hostname'], ['mx.example.test']],
  [
    ['.example.com', 'example.com'],
    ['.example.com', 'example.com'],
  ],
  [
    ['\u3002example.com', '\uff0eexample.com', '\uff61example.com'],
    ['.example.com', '.example.com', '.example.com'],
  ],
  [['b\u00fccher.example'], ['xn--bcher-kva.example']],
  [['.b\u00fccher.example'], ['.xn--bcher-kva.example']],
])('%j', (tokens, hosts) => {
  expect(read(tokens)).toEqual({ hosts, address: undefined, log: [] });
});

test('a dot alone is passed over', () => {
  expect(read(['.', 'hostname'])).toEqual({
    hosts: ['mx.example.test'],
    address: undefined,
    log: ['ignoring invalid match name: "."'],
  });
  expect(read(['.']).log).toEqual([
    'ignoring invalid match name: "."',
    'could not configure peer name checks',
  ]);
});

test('one address at most', () => {
  expect(read(['nexthop', 'dot-nexthop', '192.0.2.2'], '192.0.2.1')).toEqual({
    hosts: ['.192.0.2.1'],
    address: '192.0.2.1',
    log: ['error loading match name: "192.0.2.2"'],
  });
});

function check(
  certified: { names?: string[]; addresses?: string[]; commonName?: string },
  ...tokens: string[]
) {
  const certificate = new X509Certificate(selfSigned('own', { names: [], ...certified }).certificate);
  const { wrong, peerName } = checkNames(certificate, read(tokens));
  return wrong.length === 0 ? (peerName ?? 'right') : wrong.join(' ');
}

test.each([
  ['the same name', { names: ['mx.example.test'] }, ['hostname'], 'mx.example.test'],
  ['in another case', { names: ['MX.example.TEST'] }, ['hostname'], 'MX.example.TEST'],
  ['one of several', { names: ['a.test', 'b.test'] }, ['c.test', 'b.test'], 'b.test'],
  ['wildcard', { names: ['*.example.net'] }, ['mail.example.net'], '*.example.net'],
  ['wildcard for two labels', { names: ['*.example.net'] }, ['a.b.example.net'], 'HOSTNAME_MISMATCH'],
  ['wildcard in part of a label', { names: ['m*.example.net'] }, ['mail.example.net'], 'HOSTNAME_MISMATCH'],
  ['wildcard below one label', { names: ['*.net'] }, ['example.net'], 'HOSTNAME_MISMATCH'],
  ['subdomains', { names: ['a.b.example.net'] }, ['.example.net'], 'a.b.example.net'],
  ['subdomains and a wildcard', { names: ['*.example.net'] }, ['.example.net'], '*.example.net'],
  ['subdomains, not the domain', { names: ['example.net'] }, ['.example.net'], 'HOSTNAME_MISMATCH'],
  ['common name without DNS names', { commonName: 'mx.example.test' }, ['hostname'], 'mx.example.test'],
  [
    'common name beside DNS names',
    { commonName: 'mx.example.test', names: ['a.test'] },
    ['hostname'],
    'HOSTNAME_MISMATCH',
  ],
  ['address', { addresses: ['192.0.2.1'] }, ['192.0.2.1'], 'right'],
  ['another address', { addresses: ['192.0.2.2'] }, ['192.0.2.1'], 'IP_ADDRESS_MISMATCH'],
  ['address as a name', { names: ['192.0.2.1'] }, ['192.0.2.1'], 'IP_ADDRESS_MISMATCH'],
  ['names and address: both', { addresses: ['192.0.2.1'] }, ['192.0.2.1', 'a.test'], 'HOSTNAME_MISMATCH'],
  ['no name to compare with', { names: ['a.test'] }, ['.'], 'UNSPECIFIED'],
])('%s', (_, certified, tokens, verdict) => {
  expect(check(certified, ...tokens)).toBe(verdict);
});
