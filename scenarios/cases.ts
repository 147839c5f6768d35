/**
 * The catalogue of cases: situations that a delivery agent has to get right, as found elsewhere. A scenario names
 * those it puts to the test in `origins`.
 *
 * - `delivery-55`: an item of the catalogue of Postfix's delivery behaviour;
 * - `security-60a`: an item of the catalogue of Postfix's TLS and SASL behaviour;
 * - `field-GR05`: a case that another mail project tests on its sending side, with what real Postfix was seen to do.
 */
import * as z from 'zod';
import register from './cases.json' with { type: 'json' };

const caseShape = z.strictObject({
  id: z.string().regex(/^(?:delivery-\d+|security-\d+[a-z]?|field-[A-Z]{2}\d{2})$/),
  topic: z.string().min(1),
  situation: z.string().min(1),
  /** What Postfix does. */
  expected: z.string().min(1),
  /** Where it was found: a section, or the test of a project. */
  source: z.string().min(1),
});

export type Case = z.infer<typeof caseShape>;

let loaded: ReadonlyMap<string, Case> | undefined;

/** The whole catalogue by id, in its order. */
export function cases(): ReadonlyMap<string, Case> {
  loaded ??= new Map(
    z
      .array(caseShape)
      .parse(register)
      .map((entry) => [entry.id, entry]),
  );
  return loaded;
}
