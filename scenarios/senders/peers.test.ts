import { expect, test } from 'vitest';
import { dependenciesIn } from '../../tools/debian-packages.ts';
import { upstreamVersion } from './peers.ts';
import { withEntries } from './users.ts';

test.each([
  ['4.96-15+deb12u10', '4.96'],
  ['1:2.3.19.1+dfsg1-2.1+deb12u7', '2.3.19.1+dfsg1'],
  ['6.8.0p2-4+b4', '6.8.0p2'],
])('%s is version %s', (version, upstream) => {
  expect(upstreamVersion(version)).toBe(upstream);
});

test('users are added, and those of the same name replaced', () => {
  expect(withEntries('root:x:0:0::/:\nexim:x:1:1::/:\n', ['exim:x:7:7::/:', 'b:x:8:8::/:'])).toBe(
    'root:x:0:0::/:\nexim:x:7:7::/:\nb:x:8:8::/:\n',
  );
});

test('dependencies of a package, alternatives too', () => {
  const text =
    'msmtp\n  PreDepends: init\n |Depends: debconf\n  Depends: <debconf-2.0>\n    cdebconf\n  Depends: libgsasl18\n  Suggests: x\n';
  expect(dependenciesIn(text)).toEqual(['init', 'debconf', 'libgsasl18']);
});
