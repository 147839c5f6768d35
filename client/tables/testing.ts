/** What the tests of lookup tables share. */
import { resolveSettings } from '../config/settings.ts';
import { nodePlatform } from '../platform/node.ts';
import { foldCase } from './fold.ts';
import type { OpenContext } from './opener.ts';
import { Links } from './remote/links.ts';

/** Opens tables in the real world, except for what is given; `log` gets what they say. */
export function testContext(given: Partial<OpenContext>, log: string[]): OpenContext {
  const platform = { ...nodePlatform(), ...given };
  return {
    settings: resolveSettings(new Map(), 'smtp', { hostname: 'client.test' }),
    fold: foldCase,
    links: new Links(platform.clock),
    addressesOf: async () => [],
    warn: (line) => log.push(line),
    error: (line) => log.push(`error: ${line}`),
    note: (line) => log.push(`info: ${line}`),
    ...platform,
  };
}
