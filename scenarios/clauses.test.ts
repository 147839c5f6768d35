import { describe, expect, test } from 'vitest';
import { register } from '../client/config/register.ts';
import { ClauseError, clause, clauses, danglingClauses, findClause } from './clauses.ts';

describe('the register of RFC clauses', () => {
  test('has unique ids that begin with their RFC and section', () => {
    const all = clauses();
    expect(all.length).toBeGreaterThan(700);
    expect(new Set(all.map((entry) => entry.id)).size).toBe(all.length);
    for (const entry of all) {
      expect(entry.id.startsWith(`rfc${entry.rfc}-${entry.section}-`), entry.id).toBe(true);
    }
  });

  test('names only clauses of its own where rules conflict', () => {
    expect(clauses().flatMap((entry) => danglingClauses(entry.conflictsWith))).toEqual([]);
  });

  test('is found by id', () => {
    expect(clause('rfc5321-4.2-03')).toMatchObject({ document: 'RFC 5321', section: '4.2', level: 'MUST' });
  });
});

describe('Postfix clauses', () => {
  test('stand for a parameter of the client, with its meaning', () => {
    expect(clause('postfix:myhostname')).toMatchObject({
      document: 'Postfix',
      level: 'POSTFIX',
      statement: register.myhostname.meaning,
    });
  });

  test('stand for a section of the delivery reference', () => {
    expect(clause('postfix:delivery-3.3').statement).toBe('Address lookup: MX lookup result handling');
    expect(clause('postfix:delivery-3').statement).toBe('Address lookup');
  });
});

test.each([
  'rfc5321-4.2-99',
  'rfc5321-4.2-03 ',
  'RFC5321-4.2-03',
  'postfix:delivery-3.99',
  'postfix:delivery-',
  'postfix:no_such_parameter',
  'postfix:constructor',
  'constructor',
  '',
])('the dangling id %j is an error', (id) => {
  expect(findClause(id)).toBeUndefined();
  expect(danglingClauses([id, 'rfc5321-4.2-03'])).toEqual([id]);
  expect(() => clause(id)).toThrow(ClauseError);
});

test('the error is one line, however hostile the id', () => {
  expect(() => clause(`x\ny${'z'.repeat(10_000)}`)).toThrow(/^no such clause: "x\\ny[z]{1,100}"$/);
});
