/** DNS queries that reached the scripted name server. */
import type { Evidence, SeenQuery } from '../evidence.ts';
import type { Expectation, Finding } from './expectation.ts';

/** The name was asked for; how often (retries and transports counted) is Postfix's own. */
export function queried(name: string, type: string, times?: number): Expectation {
  return {
    title: `queried ${type} ${name}${times === undefined ? '' : ` ${times} times`}`,
    binds: 'everyone',
    mentions: {},
    look(evidence) {
      const found = queriesFor(evidence, name, type);
      const findings: Finding[] = [{ holds: found.length > 0, seen: showQueries(evidence.queries) }];
      if (times !== undefined) {
        findings.push({
          aspect: `${times} times`,
          binds: 'postfix',
          holds: found.length === times,
          seen: `${found.length} times`,
        });
      }
      return findings;
    },
  };
}

/** The name was not asked for, with this type or, without one, with any. */
export function notQueried(name: string, type?: string): Expectation {
  return {
    title: `no query ${type === undefined ? '' : `${type} `}${name}`,
    binds: 'everyone',
    mentions: {},
    look(evidence) {
      const found = queriesFor(evidence, name, type);
      return [{ holds: found.length === 0, seen: showQueries(found) }];
    },
  };
}

function queriesFor(evidence: Evidence, name: string, type: string | undefined): SeenQuery[] {
  const wanted = canonical(name);
  return evidence.queries.filter(
    (query) => canonical(query.name) === wanted && (type === undefined || query.type === type.toUpperCase()),
  );
}

function canonical(name: string): string {
  return name.toLowerCase().replace(/\.$/, '');
}

function showQueries(queries: readonly SeenQuery[]): string {
  return queries.length === 0
    ? 'no queries'
    : queries.map((query) => `${query.type} ${query.name}`).join(', ');
}
