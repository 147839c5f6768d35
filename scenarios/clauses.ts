/**
 * The register of clauses: what can be verified, and by which id it is named everywhere.
 *
 * - `rfc5321-4.2-03`: a rule of an RFC, from requirements.json beside this file. Ids are stable: new rules are
 *   appended, none is renumbered.
 * - `postfix:smtp_skip_5xx_greeting`: what a parameter of the client's register does, where no RFC decides.
 * - `postfix:delivery-3.3`: a section of the delivery behaviour reference, where no single parameter stands for it.
 *
 * An id that names nothing is a `ClauseError` of one line.
 */
import * as z from 'zod';
import { parameters } from '../client/config/register.ts';
import { deliverySections } from './delivery-sections.ts';
import register from './requirements.json' with { type: 'json' };
import type { Level } from './results.ts';

/** What every clause has, whoever decides it. */
export interface Clause {
  readonly id: string;
  /** `RFC 5321`, or `Postfix`. */
  readonly document: string;
  /** Section of the document; a parameter's name for Postfix parameters. */
  readonly section: string;
  readonly level: Level;
  /** The rule in our own words. */
  readonly statement: string;
}

/** A rule of an RFC, with what the register knows about verifying it. */
export interface RfcClause extends Clause {
  readonly rfc: number;
  readonly testable: 'wire' | 'outcome' | 'timing' | 'not-observable';
  /** What a test bed does, and what decides. */
  readonly how: string;
  readonly topic: string;
  /** Who is bound: the delivery agent itself (`client`), or somebody around it. */
  readonly scope: 'client' | 'queue' | 'originator' | 'policy-service' | 'resolver';
  /** Where Postfix is known to differ; absent when it conforms or was not examined. */
  readonly postfix?: 'deviates' | 'partial' | 'not-implemented' | 'external';
  readonly alsoIn: readonly string[];
  /** Ids of rules that disagree with this one or replaced it. */
  readonly conflictsWith: readonly string[];
}

export class ClauseError extends Error {
  override name = 'ClauseError';
}

const requirement = z.strictObject({
  id: z.string().regex(/^rfc\d+-[0-9A-Za-z.]+-\d{2,}$/),
  rfc: z.int(),
  section: z.string(),
  level: z.literal(['MUST', 'MUST NOT', 'SHOULD', 'SHOULD NOT', 'MAY', 'RULE']),
  statement: z.string().min(1),
  testable: z.literal(['wire', 'outcome', 'timing', 'not-observable']),
  how: z.string(),
  topic: z.string(),
  scope: z.literal(['client', 'queue', 'originator', 'policy-service', 'resolver']),
  /** False when the entry was written from knowledge of the RFC, not with its text at hand. */
  textSeen: z.boolean(),
  alsoIn: z.array(z.string()).exactOptional(),
  conflictsWith: z.array(z.string()).exactOptional(),
  postfix: z.literal(['deviates', 'partial', 'not-implemented', 'external']).exactOptional(),
});

let loaded: ReadonlyMap<string, RfcClause> | undefined;

function rfcClauses(): ReadonlyMap<string, RfcClause> {
  loaded ??= new Map(
    z
      .array(requirement)
      .parse(register)
      .map((entry) => [entry.id, rfcClause(entry)]),
  );
  return loaded;
}

function rfcClause({ textSeen: _, ...entry }: z.infer<typeof requirement>): RfcClause {
  return {
    ...entry,
    document: `RFC ${entry.rfc}`,
    alsoIn: entry.alsoIn ?? [],
    conflictsWith: entry.conflictsWith ?? [],
  };
}

/** Every RFC clause of the register, in the register's order. */
export function clauses(): readonly RfcClause[] {
  return [...rfcClauses().values()];
}

/**
 * The clause with this id.
 * @throws ClauseError when the id names nothing
 */
export function clause(id: string): Clause {
  const found = findClause(id);
  if (found === undefined) throw new ClauseError(`no such clause: ${JSON.stringify(id.slice(0, 100))}`);
  return found;
}

/** Like `clause`, for ids that come from a stored file and may be newer than the register. */
export function findClause(id: string): Clause | undefined {
  return rfcClauses().get(id) ?? postfixClause(id);
}

/** Ids of a list that name nothing, for a message about all of them. */
export function danglingClauses(ids: Iterable<string>): string[] {
  return [...ids].filter((id) => findClause(id) === undefined);
}

function postfixClause(id: string): Clause | undefined {
  const [, section, parameter] = /^postfix:(?:delivery-([0-9.]+)|([A-Za-z0-9_]+))$/.exec(id) ?? [];
  if (section !== undefined) {
    const title = deliverySections.get(section);
    if (title === undefined) return undefined;
    const chapter = deliverySections.get(section.replace(/\..*$/, ''));
    return postfix(id, section, chapter === undefined || chapter === title ? title : `${chapter}: ${title}`);
  }
  const meaning = parameter === undefined ? undefined : parameterMeanings.get(parameter);
  return meaning === undefined ? undefined : postfix(id, parameter ?? '', meaning);
}

function postfix(id: string, section: string, statement: string): Clause {
  return { id, document: 'Postfix', section, level: 'POSTFIX', statement };
}

const parameterMeanings: ReadonlyMap<string, string> = new Map(
  parameters.flatMap(([parameter, { meaning, lmtp }]) => [
    [parameter, meaning] as const,
    ...(lmtp ? [[lmtp.name, meaning] as const] : []),
  ]),
);
