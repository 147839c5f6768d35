/**
 * How OpenSSL judges a case: `openssl s_client` asks a TLS server that sends the chain. What it reports is read as Postfix
 * does: the failure closest to the server's own certificate counts, that of a name last (security reference 10.5).
 */
import { execFile, execFileSync } from 'node:child_process';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer, type Server } from 'node:tls';
import { parsableRecords } from '../../client/tls/dane/records.ts';
import { VERIFICATION_ERRORS } from '../../client/tls/verify/verification.ts';
import type { Credential } from '../../simulator/certificates/authority.ts';
import { recordOf, VERIFY_DEPTH } from './ours.ts';
import { type DaneCase, NAME } from './parties.ts';

/** The version that is here; undefined without one. */
export function opensslVersion(): string | undefined {
  try {
    return execFileSync('openssl', ['version'], { encoding: 'utf8' }).trim();
  } catch {
    return undefined;
  }
}

const LIMIT_MS = 20_000;

export async function opensslVerdict({ sends, records, name = NAME }: DaneCase): Promise<string> {
  const parsable = new Set(parsableRecords(records.map(recordOf), `_25._tcp.${NAME}`, () => {}).map(keyOf));
  const data = records.filter((text) => parsable.has(keyOf(recordOf(text))));
  const output = await askOpenssl(sends, [
    ...['-dane_tlsa_domain', name],
    '-dane_ee_no_namechecks',
    ...data.flatMap((text) => ['-dane_tlsa_rrdata', text]),
  ]);
  return failureIn(output) ?? matchIn(output);
}

/** What `openssl s_client` says of a server that sends this. */
export async function askOpenssl(sends: Credential, how: readonly string[]): Promise<string> {
  const server = await serve(sends);
  try {
    return await runClient((server.address() as AddressInfo).port, how);
  } finally {
    server.close();
  }
}

async function serve(sends: Credential): Promise<Server> {
  const server = createServer({ cert: sends.pem, key: sends.keyPem, ciphers: 'DEFAULT:@SECLEVEL=0' });
  server.on('tlsClientError', () => {});
  server.on('secureConnection', (socket) => socket.on('error', () => {}));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

function runClient(port: number, how: readonly string[]): Promise<string> {
  const args = [
    's_client',
    ...['-connect', `127.0.0.1:${port}`],
    ...['-cipher', 'DEFAULT:@SECLEVEL=1'],
    ...['-verify_depth', String(VERIFY_DEPTH + 1)],
    ...how,
  ];
  const { promise, resolve } = Promise.withResolvers<string>();
  const child = execFile('openssl', args, { timeout: LIMIT_MS }, (_, out, errors) =>
    resolve(`${errors}\n${out}`),
  );
  // It may end before it has read that.
  child.stdin?.on('error', () => {});
  child.stdin?.end('Q\n');
  return promise;
}

function keyOf({ usage, selector, matchingType, data }: ReturnType<typeof recordOf>): string {
  return `${usage} ${selector} ${matchingType} ${Buffer.from(data).toString('hex')}`;
}

/** The failure that counts, as cases write it; undefined without one. */
export function failureIn(output: string): string | undefined {
  const failures = [...output.matchAll(/^depth=(\d+).*\nverify error:num=(\d+):/gm)].map(
    ([, depth, number]) => ({
      depth: Number(depth),
      number: Number(number),
    }),
  );
  const name = VERIFICATION_ERRORS.HOSTNAME_MISMATCH[0];
  const [counting] = failures.toSorted(
    (one, other) => Number(one.number === name) - Number(other.number === name) || one.depth - other.depth,
  );
  return counting && `${codeOf(counting.number)} ${counting.depth}`;
}

function matchIn(output: string): string {
  const match = /^DANE TLSA (\d+ \d+ \d+) \S+ (.*) at depth (\d+)$/m.exec(output);
  if (match === null) return `no verdict: ${output}`;
  const [, record, how = '', depth] = match;
  const kind = KINDS.find(([text]) => how.includes(text))?.[1] ?? 'key';
  return `${kind} ${depth} ${record}`;
}

const KINDS = [
  ['EE certificate', 'EE'],
  ['matched TA certificate', 'TA'],
] as const;

function codeOf(number: number): string {
  const found = Object.entries(VERIFICATION_ERRORS).find(([, [known]]) => known === number);
  return found?.[0] ?? `num=${number}`;
}
