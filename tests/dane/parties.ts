/** Who takes part in the cases: authorities, and servers with certificates of theirs. */
import { authority, type Credential, selfSigned } from '../../simulator/certificates/authority.ts';
import { tlsa } from '../../simulator/certificates/tlsa.ts';

export const NAME = 'mx.example.test';

export interface DaneCase {
  readonly title: string;
  readonly sends: Credential;
  /** `3 1 1 hex`, in the order of the answer. */
  readonly records: readonly string[];
  /** The base domain; `NAME` when absent. */
  readonly name?: string;
  /**
   * `EE 0 3 1 1`, `TA 1 2 0 1`: what matched at which depth by which record; `key 1 2 1 0` for a bare key. Else the
   * failure that counts and its depth: `DANE_NO_MATCH 0`.
   */
  readonly expected: string;
  /** Why OpenSSL alone cannot tell. */
  readonly oursAlone?: string;
}

export const root = authority('Root CA');
export const issuing = root.intermediate('Issuing CA');
export const deep = issuing.intermediate('Deep CA');
export const stranger = authority('Stranger CA');
export const leaf = issuing.issue(NAME);
export const full = leaf.withChain(leaf, issuing, root);
export const alone = selfSigned(NAME);
export const direct = root.issue(NAME);
export const directFull = direct.withChain(direct, root);
export const other = selfSigned('other.example.test');

/** Data that fits the type and belongs to nothing. */
export function wrong(usage: number, selector: number, matchingType: number): string {
  return tlsa(usage, selector, matchingType, stranger);
}
