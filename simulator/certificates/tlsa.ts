/** TLSA records (RFC 6698) for what the simulator's authorities issue, as zones write them. */
import { createHash } from 'node:crypto';
import type { Certified } from './authority.ts';

/** `tlsa(3, 1, 1, credential)`: `'3 1 1 <hex>'`. Throws a TypeError for what no data can be made for. */
export function tlsa(usage: number, selector: number, matchingType: number, of: Certified): string {
  const chosen = [of.certificate, of.spki][selector];
  if (chosen === undefined) throw new TypeError(`tlsa: selector ${selector} is neither 0 nor 1`);
  return `${usage} ${selector} ${matchingType} ${associationData(matchingType, chosen).toString('hex')}`;
}

function associationData(matchingType: number, chosen: Buffer): Buffer {
  switch (matchingType) {
    case 0:
      return chosen;
    case 1:
      return createHash('sha256').update(chosen).digest();
    case 2:
      return createHash('sha512').update(chosen).digest();
    default:
      throw new TypeError(`tlsa: matching type ${matchingType} is not 0, 1 or 2`);
  }
}
