/** Our own reading of the cases, as `nexthop config` does it. */
import { ConfigError } from '../../client/config/config-error.ts';
import { listParameters, namesToList } from '../../client/config/listing.ts';
import { parseMainCf } from '../../client/config/main-cf.ts';
import { parseMasterCf } from '../../client/config/master-cf.ts';
import { namesNobodyReads, undefinedNames } from '../../client/config/names.ts';
import { parseOverrides } from '../../client/config/overrides.ts';
import { kindsOf, type Listed, type Reader } from './answers.ts';
import { COMMON } from './cases.ts';

const facts = { hostname: 'host.example.com' };

export const ourPostconf: Reader = {
  async expansion(text) {
    const { assigned } = parseMainCf(`${COMMON}relayhost = ${text}\n`, 'main.cf');
    const { settings, problems } = listParameters(assigned, { facts, expanded: true, names: ['relayhost'] });
    return problems.length > 0 ? null : (settings[0]?.value ?? null);
  },

  async reading({ mainCf, expanded }) {
    return unlessRefused(() => {
      const { assigned, warnings } = parseMainCf(mainCf, 'main.cf');
      const names = namesToList(assigned, true);
      const inFull = listParameters(assigned, { facts, expanded: true, names });
      if (inFull.problems.length > 0) return null;
      const { settings } = expanded ? inFull : listParameters(assigned, { facts, expanded: false, names });
      const unused = namesNobodyReads(assigned).map((name) => `main.cf: ${name}: no such parameter`);
      const nothing = [...undefinedNames(assigned).keys()].map((name) => `x: $${name} stands for nothing`);
      return {
        settings: settings.map(({ name, value }) => assignment(name, value)),
        warnings: kindsOf([...warnings, ...unused, ...nothing]),
      };
    });
  },

  async services(masterCf) {
    return unlessRefused(() => {
      const { services, warnings } = parseMasterCf(masterCf, 'master.cf');
      const settings = [...services.values()].flatMap(({ name, overrides }) =>
        [...parseOverrides(overrides)].map(([parameter, value]) =>
          assignment(`${name}/unix/${parameter}`, value.replace(/\s+/g, ' ')),
        ),
      );
      return { settings: settings.sort(), warnings: kindsOf(warnings) };
    });
  },
};

function assignment(name: string, value: string): string {
  return value === '' ? `${name} =` : `${name} = ${value}`;
}

function unlessRefused(read: () => Listed | null): Listed | null {
  try {
    return read();
  } catch (error) {
    if (error instanceof ConfigError) return null;
    throw error;
  }
}
