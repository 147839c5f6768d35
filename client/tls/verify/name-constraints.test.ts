import { expect, test } from 'vitest';
import * as write from '../../../simulator/certificates/der.ts';
import { readElement } from './der.ts';
import { readGeneralNames } from './general-name.ts';
import { constraintViolation, readNameConstraints } from './name-constraints.ts';

const text = (tag: number, value: string) => write.primitive(tag, Buffer.from(value, 'latin1'));
const mail = (value: string) => text(1, value);
const dns = (value: string) => text(2, value);
const uri = (value: string) => text(6, value);
const address = (...bytes: number[]) => write.primitive(7, Buffer.from(bytes));
const directory = (...parts: [string, Buffer][]) =>
  write.tagged(
    4,
    write.sequence(...parts.map(([id, value]) => write.set(write.sequence(write.oid(id), value)))),
  );
const organization = (value: string): [string, Buffer] => ['2.5.4.10', write.utf8(value)];
const commonName = (value: string): [string, Buffer] => ['2.5.4.3', write.utf8(value)];

function violation(name: Buffer, kind: 'permitted' | 'excluded', base: Buffer, ...bounds: Buffer[]) {
  const subtrees = write.tagged(kind === 'permitted' ? 0 : 1, write.sequence(base, ...bounds));
  const constraints = readNameConstraints(readElement(write.sequence(subtrees)));
  return constraintViolation(readGeneralNames(name), constraints);
}

test.each([
  ['domain', dns('Example.test'), dns('example.TEST'), true],
  ['domain below', dns('a.b.example.test'), dns('example.test'), true],
  ['domain that only ends alike', dns('anexample.test'), dns('example.test'), false],
  ['domains below a dot', dns('a.example.test'), dns('.example.test'), true],
  ['the domain below a dot', dns('example.test'), dns('.example.test'), false],
  ['every domain', dns('example.test'), dns(''), true],
  ['mailbox', mail('user@example.test'), mail('user@Example.test'), true],
  ['another mailbox', mail('User@example.test'), mail('user@example.test'), false],
  ['mailboxes of a host', mail('user@example.test'), mail('example.test'), true],
  ['mailboxes of a host below', mail('user@a.example.test'), mail('example.test'), false],
  ['mailboxes below a dot', mail('user@a.example.test'), mail('.example.test'), true],
  ['resource', uri('smtp://user@Example.test:25/x'), uri('example.test'), true],
  ['resource of a host below', uri('https://a.example.test'), uri('.example.test'), true],
  ['resource without host', uri('mailto:user@example.test'), uri('example.test'), false],
  ['address', address(192, 0, 2, 77), address(192, 0, 2, 0, 255, 255, 255, 0), true],
  ['address elsewhere', address(192, 0, 3, 77), address(192, 0, 2, 0, 255, 255, 255, 0), false],
  ['address of the other family', address(...Array(16).fill(0)), address(0, 0, 0, 0, 0, 0, 0, 0), false],
  [
    'directory',
    directory(organization('Example  Org'), commonName('x')),
    directory(organization('example org')),
    true,
  ],
  ['directory elsewhere', directory(organization('Other')), directory(organization('Example')), false],
  [
    'directory above',
    directory(organization('Example')),
    directory(organization('Example'), commonName('x')),
    false,
  ],
])('%s', (_, name, base, isWithin) => {
  expect(violation(name, 'permitted', base)).toBe(isWithin ? undefined : 'PERMITTED_VIOLATION');
  expect(violation(name, 'excluded', base)).toBe(isWithin ? 'EXCLUDED_VIOLATION' : undefined);
});

test('constraints of another kind say nothing', () => {
  expect(violation(dns('example.test'), 'permitted', mail('example.com'))).toBeUndefined();
});

test('what cannot be judged is a violation', () => {
  const other = write.element(0x88, Buffer.of(1));
  expect(violation(other, 'permitted', other)).toBe('UNSUPPORTED_CONSTRAINT_TYPE');
  expect(violation(dns('a.test'), 'permitted', dns('a.test'), write.primitive(0, Buffer.of(1)))).toBe(
    'SUBTREE_MINMAX',
  );
  const many = Buffer.concat(Array.from({ length: 900 }, () => dns('a.test')));
  const subtrees = Array.from({ length: 900 }, () => write.sequence(dns('b.test')));
  const constraints = [0, 1].map((tag) => write.tagged(tag, ...subtrees));
  const huge = readNameConstraints(readElement(write.sequence(...constraints)));
  expect(constraintViolation(readGeneralNames(many), huge)).toBe('UNSPECIFIED');
});
