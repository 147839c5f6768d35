/** What the tests of TLS policies share. */
import { resolveSettings } from '../config/settings.ts';
import { nodePlatform } from '../platform/node.ts';
import type { Files } from '../platform/platform.ts';
import type { Service } from '../request.ts';
import { Tables } from '../tables/tables.ts';
import type { TlsTarget } from './policy/policy.ts';

export const target: TlsTarget = {
  nexthop: 'example.test',
  domain: 'example.test',
  host: 'mx.example.test',
  address: '192.0.2.1',
  port: 25,
};

/** A configuration with its tables, and the log that it is told of; files are those of the map. */
export function configured(
  parameters: Readonly<Record<string, string>> = {},
  texts: Readonly<Record<string, string>> = {},
  service: Service = 'smtp',
) {
  const log: string[] = [];
  const settings = resolveSettings(new Map(Object.entries(parameters)), service, { hostname: 'client.test' });
  const files: Files = {
    async read(path) {
      const text = texts[path];
      if (text === undefined) throw Object.assign(new Error('none'), { code: 'ENOENT' });
      return Buffer.from(text);
    },
    list: async () => [],
    replace: () => Promise.reject(new Error('not here')),
    ageMs: async () => 0,
    openDatabase: async () => {
      throw new Error('there are no databases');
    },
  };
  const platform = { ...nodePlatform(), files };
  const warn = (text: string) => void log.push(text);
  const emit = (event: { readonly type: string; readonly text?: string }) => {
    if (event.type === 'log') log.push(event.text ?? '');
  };
  const tables = new Tables({ settings, service, platform, addressesOf: async () => [], emit });
  return { settings, service, platform, tables, emit, warn, log };
}
