import { expect, test } from 'vitest';
import { lineOf } from './source-place.ts';

test.each([
  ['dns/null-mx', "\n\nexport default scenario('dns/null-mx', {})", 3],
  ['dns/null-mx', "const one = ['null-mx', 1];\n", 1],
  ['dns/null-mx', "// null-mx\nconst all = ['null-mx-twice'];\nconst one = `dns/null-mx`;", 3],
  ['dns/null-mx', "['null-mx']\nscenario('dns/null-mx')", 2],
  ['dns/null-mx-lmtp', "['null-mx', 'null'].map(twice)", 1],
  ['dns/null-mx', 'scenario(`dns/${name}`)', undefined],
])('%s in %j: line %s', (id, text, line) => {
  expect(lineOf(id, text)).toBe(line);
});
