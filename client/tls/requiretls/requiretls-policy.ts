/** `smtp_requiretls_policy`: what a request for REQUIRETLS demands of the servers of a next hop (security reference 17.1). */
import type { Settings } from '../../config/register.ts';
import { splitGroupedList } from '../../config/text.ts';
import { toAsciiDomain } from '../../dns/domain-name.ts';
import { addressFamily } from '../../dns/hostname.ts';
import type { Service } from '../../request.ts';
import { type Table, TableError } from '../../tables/table.ts';
import type { Tables } from '../../tables/tables.ts';

const ACTIONS = ['enforce', 'opportunistic+starttls', 'opportunistic', 'disable', 'error'] as const;

/** `error`: nobody knows, so no server may have the message. `disable`: as if nobody had asked. */
export type RequireTlsAction = (typeof ACTIONS)[number];

export interface RequireTlsPolicyContext {
  readonly settings: Pick<Settings, 'smtp_requiretls_policy' | 'enable_idna2003_compatibility'>;
  readonly service: Service;
  readonly tables: Tables;
  readonly warn: (text: string) => void;
}

/**
 * The first item that is an action, or a table that knows the domain, decides; without one, `enforce`. `domain` is the
 * next hop without `[]` and port, for a unix socket our own name. Rejects only with the signal of the tables.
 */
export async function requireTlsAction(
  domain: string,
  { settings, service, tables, warn }: RequireTlsPolicyContext,
): Promise<RequireTlsAction> {
  const origin = `${service}_requiretls_policy`;
  for (const item of splitGroupedList(settings.smtp_requiretls_policy)) {
    if (!item.includes(':')) return actionOf(item, origin, warn);
    const name = asciiName(domain, settings.enable_idna2003_compatibility);
    if (name === undefined) {
      warn(`${origin}: malformed next-hop destination: '${domain}' -- using default policy 'enforce'`);
      return 'enforce';
    }
    const table = await tables.named(item);
    try {
      const found = await lookUp(name, table);
      if (found !== undefined) return actionInTable(found, table, warn);
    } catch (error) {
      if (!(error instanceof TableError)) throw error;
      warn(`${origin}: ${table.name}: table lookup error -- ignoring the remainder of this policy`);
      return 'error';
    }
  }
  return 'enforce';
}

function asciiName(domain: string, transitional: boolean): string | undefined {
  return addressFamily(domain) === undefined ? toAsciiDomain(domain, transitional) : domain;
}

/** A table of keys is asked for the domains above a name too, which begin with a dot there. */
async function lookUp(name: string, table: Table): Promise<string | undefined> {
  for (let key = name; key !== ''; ) {
    const found = await table.lookup(key);
    if (found !== undefined) return found;
    const dot = key.indexOf('.', 1);
    if (table.keyed !== true || addressFamily(key) !== undefined || dot < 0) return undefined;
    key = key.slice(dot);
  }
  return undefined;
}

function actionInTable(found: string, table: Table, warn: (text: string) => void): RequireTlsAction {
  const refused = (kind: string): RequireTlsAction => {
    warn(
      `table ${table.name}: ${kind} lookup result "${found}" is not allowed -- ignoring remainder of policy`,
    );
    return 'error';
  };
  if (found.includes(':')) return refused('nested');
  return /[, \t\r\n]/.test(found) ? refused('composite') : actionOf(found, table.name, warn);
}

function actionOf(word: string, origin: string, warn: (text: string) => void): RequireTlsAction {
  const action = ACTIONS.find((known) => known === word.toLowerCase());
  if (action === undefined)
    warn(`${origin}: unknown policy action: '${word}' -- ignoring the remainder of this policy`);
  return action ?? 'error';
}
