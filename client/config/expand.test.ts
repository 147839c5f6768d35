import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ConfigError } from './config-error.ts';
import { expand } from './expand.ts';

const values: Readonly<Record<string, string>> = {
  mydomain: 'example',
  host: 'mail.$mydomain',
  empty: '',
  hollow: '$empty',
  a: '$b',
  b: '$a',
  self: 'x$self',
};

const expanded = (text: string): string => expand(text, (name) => values[name], 'relayhost');
const problem = (text: string): string => {
  try {
    return `expanded to ${expanded(text)}`;
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.message;
  }
};

describe('comparisons', () => {
  test('every operator agrees with numbers', () => {
    const number = fc.nat(1023);
    const operators: Readonly<Record<string, (left: number, right: number) => boolean>> = {
      '==': (left, right) => left === right,
      '!=': (left, right) => left !== right,
      '<': (left, right) => left < right,
      '<=': (left, right) => left <= right,
      '>': (left, right) => left > right,
      '>=': (left, right) => left >= right,
    };
    fc.assert(
      fc.property(number, number, fc.constantFrom(...Object.keys(operators)), (left, right, operator) => {
        const wanted = operators[operator]?.(left, right) ? 'true' : '';
        expect(expanded(`\${{${left}} ${operator} {${right}}}`)).toBe(wanted);
        expect(expanded(`\${{3.${left}} ${operator}level {3.${right}}}`)).toBe(wanted);
      }),
    );
  });
});

test('domain_to_ascii converts its expanded argument', () => {
  expect(expanded('${domain_to_ascii{ b\u00fccher.$mydomain }}')).toBe('xn--bcher-kva.example');
});

describe('mistakes are told in one line', () => {
  test.each([
    ['a$', 'a "$" without a name; write "$$" for a dollar sign'],
    ['a$-b', 'a "$" without a name; write "$$" for a dollar sign'],
    ['${}', 'no parameter name in "${}"; put one there'],
    ['${mydomain', 'no "}" for "${mydomain"; add it'],
    ['$(mydomain}', 'no ")" for "$(mydomain}"; add it'],
    ['${mydomain?{a}', 'no "}" for "${mydomain?{a}"; add it'],
    ['${mydomain?{a}b}', '":" is missing before "b"; add it'],
    ['${nosuch:{a}?b}', 'unexpected "?b" after "{a}"; remove it'],
    ['${nosuch?{a}:{b}c}', 'unexpected "c" after "{b}"; remove it'],
    [
      '${{9223372036854775808} > {1}}',
      '"9223372036854775808" is too large for a comparison; use 9223372036854775807 or less',
    ],
    ['${a-b}', 'bad character in the name of "${a-b}"; use letters, digits and "_"'],
    ['${{a} ~ {b}}', 'no comparison "~"; use == != < <= > >=, or these followed by "level"'],
    ['${{a} ==size {b}}', 'no comparison "==size"; use == != < <= > >=, or these followed by "level"'],
    ['${{a} == b}', '"{" is missing after "=="; put the right side in braces'],
    ['${{a} == {b} c}', '"?" or ":" is missing before "c"; add it'],
    ['${{3.x} <level {3.9}}', '"3.x" is no release level; write it like 3.6'],
    ['${{3.6} <level {3.1024}}', '"3.1024" is no release level; write it like 3.6'],
    ['${upper{a}}', 'no function "upper"; the only one is domain_to_ascii'],
    ['$a', 'refers to itself (a -> b -> a); remove one of these references'],
    ['$self', 'refers to itself (self -> self); remove one of these references'],
    ['$relayhost_${mydomain?$self}', 'refers to itself (self -> self); remove one of these references'],
  ])('%s', (text, message) => {
    expect(problem(text)).toBe(`relayhost = ${text}: ${message}`);
  });

  test('a parameter that mentions itself', () => {
    expect(() => expand('$relayhost', () => '$relayhost', 'relayhost')).toThrow(
      'relayhost = $relayhost: refers to itself (relayhost -> relayhost); remove one of these references',
    );
  });

  test('control characters and endless text stay out of the line', () => {
    const message = problem(`\${a\n\0${'x'.repeat(1000)}`);
    expect(message).toMatch(/^relayhost = \$\{a x+\.\.\.: no "\}" for /);
    expect(message.length).toBeLessThan(300);
  });
});

describe('limits', () => {
  const chain = (length: number) => (name: string) =>
    Number(name.slice(1)) < length ? `$v${Number(name.slice(1)) + 1}` : 'end';

  test('a hundred nested references pass, one more does not', () => {
    expect(expand('$v1', chain(100), 'relayhost')).toBe('end');
    expect(() => expand('$v1', chain(101), 'relayhost')).toThrow(
      'relayhost = $v1: nests references more than 100 deep; simplify the values it refers to',
    );
  });

  test('doubling references stop, whether they produce text or not', () => {
    const doubling = (last: string) => (name: string) => {
      const next = Number(name.slice(1)) + 1;
      return next > 60 ? last : `$v${next}$v${next}`;
    };
    for (const last of ['', 'text'])
      expect(() => expand('$v1', doubling(last), 'relayhost')).toThrow('needs more than 10000 references');
    const long = 'x'.repeat(2_000);
    expect(() => expand('$v'.repeat(1_000), () => long, 'relayhost')).toThrow(
      'expands to more than 1000000 characters',
    );
  });

  test('a comparison of a parameter with itself is a cycle too', () => {
    expect(() => expand('$loop', () => '${{$loop} == {}}', 'relayhost')).toThrow('(loop -> loop)');
  });
});

describe('properties', () => {
  const fragments = fc.constantFrom(
    ...[
      '$',
      '${',
      '$(',
      '{',
      '}',
      ')',
      '?',
      ':',
      ' ',
      '==',
      '<level',
      '{3.6}',
      'a',
      'self',
      'host',
      '${{',
      '$$',
      '{1}',
    ],
  );
  const names = ['a', 'self', 'host', 'x1', '1'];

  test('whatever is written, it expands or is refused with one line, at once', () => {
    const text = fc.array(fragments, { maxLength: 30 }).map((parts) => parts.join(''));
    fc.assert(
      fc.property(text, fc.array(text, { minLength: 5, maxLength: 5 }), (value, others) => {
        const lookup = (name: string) => others[names.indexOf(name)];
        try {
          expect(expand(value, lookup, 'relayhost').length).toBeLessThanOrEqual(1_000_000);
        } catch (error) {
          expect(error).toBeInstanceOf(ConfigError);
          expect(String(error)).not.toContain('\n');
        }
      }),
      { numRuns: 2_000 },
    );
  });

  test('text whose dollar signs are doubled expands to itself', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(expanded(text.replaceAll('$', '$$$$'))).toBe(text);
      }),
    );
  });

  test('a name gives the same value in all its spellings', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^\w{1,20}$/), fc.string(), (name, value) => {
        const lookup = (asked: string) => (asked === name ? value.replaceAll('$', '$$$$') : undefined);
        for (const text of [`$${name}`, `\${${name}}`, `$(${name})`])
          expect(expand(text, lookup, 'other-parameter')).toBe(value);
      }),
    );
  });
});
