/**
 * What a server sends, what DNS says, and what has to come of it: the table that our verifier and OpenSSL's are held
 * against (security reference 5.4, 5.5 and its scenarios 95 to 127; RFC 7671 and 7672).
 */
import { agilityCases, anchorAgilityCases, usageCases } from './agility-cases.ts';
import { anchorCases } from './anchor-cases.ts';
import { chainCases, malformedCases, oddCases } from './chain-cases.ts';
import { endEntityCases } from './end-entity-cases.ts';
import type { DaneCase } from './parties.ts';
import { pathCases } from './path-cases.ts';

export const cases: readonly DaneCase[] = [
  ...endEntityCases,
  ...anchorCases,
  ...chainCases,
  ...oddCases,
  ...malformedCases,
  ...pathCases,
  ...agilityCases,
  ...anchorAgilityCases,
  ...usageCases,
];
