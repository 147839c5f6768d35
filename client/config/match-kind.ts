/**
 * What the items of a match list are compared with:
 *
 * - `string`: a text;
 * - `domain`: the name of a host or domain, and its parents;
 * - `address`: the address of a host;
 * - `host`: its name and then its address, item by item.
 */
export type MatchKind = 'string' | 'domain' | 'address' | 'host';
