/**
 * Prints the table of DANE cases in Markdown: what our verifier says, what OpenSSL says where there is one, and what a
 * verification costs.
 *
 *     node tools/dane-table.ts
 */
import { X509Certificate } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import { verifyDane } from '../client/tls/dane/verify.ts';
import { cases } from '../tests/dane/cases.ts';
import { opensslVerdict, opensslVersion } from '../tests/dane/openssl.ts';
import { DIGESTS, ourVerdict, recordOf, VERIFY_DEPTH } from '../tests/dane/ours.ts';
import { type DaneCase, NAME } from '../tests/dane/parties.ts';

const ROUNDS = 20;
const version = opensslVersion();
const nowMs = Date.now();

process.stdout.write(
  `| case | ours | ${version ?? 'OpenSSL'} | microseconds |\n| --- | --- | --- | ---: |\n`,
);
const times: number[] = [];
let compared = 0;
let different = 0;
for (const one of cases) {
  const ours = ourVerdict(one, nowMs);
  const theirs = version === undefined || one.oursAlone ? undefined : await opensslVerdict(one);
  if (theirs !== undefined) compared += 1;
  if (theirs !== undefined && theirs !== ours) different += 1;
  const time = microseconds(one);
  times.push(time);
  process.stdout.write(
    `| ${one.title} | ${ours} | ${theirs ?? one.oursAlone ?? '-'} | ${Math.round(time)} |\n`,
  );
}
const sorted = times.toSorted((a, b) => a - b);
const median = Math.round(sorted[sorted.length >> 1] ?? 0);
process.stdout.write(
  `\n${cases.length} cases, ${compared} compared, ${different} different; median ${median} microseconds, ` +
    `at most ${Math.round(sorted.at(-1) ?? 0)}.\n`,
);

/** Of one verification; the certificates are there already, as after a handshake. */
function microseconds({ sends, records, name = NAME }: DaneCase): number {
  const chain = sends.chain.map((certificate) => new X509Certificate(certificate));
  const names = { hosts: [name] };
  const options = {
    records: records.map(recordOf),
    digests: DIGESTS,
    names,
    nowMs,
    verifyDepth: VERIFY_DEPTH,
  };
  const begin = performance.now();
  for (let round = 0; round < ROUNDS; round++) verifyDane(chain, options);
  return ((performance.now() - begin) * 1_000) / ROUNDS;
}
