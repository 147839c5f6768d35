/** Internationalised domain names: U-labels to the A-labels that DNS carries (delivery reference 3.2, UTS #46). */
import { domainToASCII } from 'node:url';
import { addressFamily } from './hostname.ts';

/** What has a meaning in URLs, whose hosts the converter reads, and no place in a name of a host. */
const NOT_IN_NAMES = /[\u0000-\u002c\u002f\u003a-\u0040\u005b-\u005e\u0060\u007b-\u007f]/;

/** What transitional processing maps differently: sharp s, final sigma, and the joiners. */
const TRANSITIONAL = new Map([
  ['\u00df', 'ss'],
  ['\u1e9e', 'ss'],
  ['\u03c2', '\u03c3'],
  ['\u200c', ''],
  ['\u200d', ''],
]);

/**
 * The ASCII form of a domain; an ASCII domain comes back as it is, even a bad one. Undefined when there is none.
 * `transitional` is enable_idna2003_compatibility.
 */
export function toAsciiDomain(domain: string, transitional: boolean): string | undefined {
  if (/^[\u0000-\u007f]*$/.test(domain)) return domain;
  if (NOT_IN_NAMES.test(domain)) return undefined;
  const text = transitional
    ? domain.replace(/[\u00df\u1e9e\u03c2\u200c\u200d]/g, (letter) => TRANSITIONAL.get(letter) ?? letter)
    : domain;
  const ascii = domainToASCII(text);
  // UTS #46 maps some letters to such characters: a parenthesized digit to three.
  return ascii === '' || NOT_IN_NAMES.test(ascii) || addressFamily(ascii) !== undefined ? undefined : ascii;
}
