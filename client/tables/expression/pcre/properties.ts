/** Properties of characters, `\p{Lu}`, `\p{Greek}`, by the tables of JavaScript. */
import type { CharacterTest } from '../nodes.ts';

/** Those that PCRE adds. */
const OWN: Readonly<Record<string, RegExp>> = {
  'L&': /^[\p{Lu}\p{Ll}\p{Lt}]$/u,
  Xan: /^[\p{L}\p{N}]$/u,
  Xps: /^[\p{Z}\t-\r]$/u,
  Xsp: /^[\p{Z}\t-\r]$/u,
  Xwd: /^[\p{L}\p{N}_]$/u,
};

/** Undefined when there is no such property. */
export function propertyTest(name: string): CharacterTest | undefined {
  const own = OWN[name];
  if (own !== undefined) return (character) => own.test(character);
  for (const property of [name, `Script=${name}`]) {
    try {
      const expression = new RegExp(`^\\p{${property}}$`, 'u');
      return (character) => expression.test(character);
    } catch {}
  }
  return undefined;
}
