/** How our verifier judges a case. */
import { X509Certificate } from 'node:crypto';
import type { TlsaRecord } from '../../client/dns/records.ts';
import { type Digests, readDigests } from '../../client/tls/dane/digests.ts';
import { verifyDane } from '../../client/tls/dane/verify.ts';
import type { Verification } from '../../client/tls/verify/verification.ts';
import { type DaneCase, NAME } from './parties.ts';

export const DIGESTS: Digests = readDigests(['sha512', 'sha256'], (text) => {
  throw new Error(text);
});
/** `smtp_tls_scert_verifydepth` */
export const VERIFY_DEPTH = 9;

export function recordOf(text: string): TlsaRecord {
  const [usage = '', selector = '', matchingType = '', hex = ''] = text.split(' ');
  return {
    type: 'TLSA',
    name: `_25._tcp.${NAME}`,
    ttlSeconds: 300,
    usage: Number(usage),
    selector: Number(selector),
    matchingType: Number(matchingType),
    data: Buffer.from(hex, 'hex'),
  };
}

export function ourVerdict({ sends, records, name = NAME }: DaneCase, nowMs: number): string {
  const chain = sends.chain.map((certificate) => new X509Certificate(certificate));
  const names = { hosts: [name] };
  const parsed = records.map(recordOf);
  return verdictText(
    verifyDane(chain, { records: parsed, digests: DIGESTS, names, nowMs, verifyDepth: VERIFY_DEPTH }),
  );
}

/** As cases write what they expect. */
export function verdictText({ match, failure }: Verification): string {
  if (failure !== undefined) return `${failure.code} ${failure.depth}`;
  if (match === undefined) return 'nothing matched';
  const { usage, selector, matchingType } = match.record;
  const named = usage === 3 ? 'EE' : 'TA';
  return `${match.isBareKey ? 'key' : named} ${match.depth} ${usage} ${selector} ${matchingType}`;
}
