/**
 * How many TLS handshakes a second our client makes, beside `openssl s_time` in the same run: one connection after the
 * other over loopback, to the same `openssl s_server` in a process of its own. Each connection fetches the server's status
 * page, for both: in TLS 1.3 a session that can be resumed comes with it at the earliest.
 *
 *     node bench/tls.ts [--rounds N] [--seconds N] [--json]
 */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { resolveSettings } from '../client/config/settings.ts';
import { nodePlatform } from '../client/platform/node.ts';
import { Tables } from '../client/tables/tables.ts';
import { TlsEngine } from '../client/tls/engine.ts';
import { TlsPolicies } from '../client/tls/policy/policies.ts';
import { isPolicyFailure } from '../client/tls/policy/policy.ts';
import { authority } from '../simulator/certificates/authority.ts';
import { type Spread, showSpread, spreadOf, table } from './figures.ts';
import { readOptions } from './options.ts';
import { freePort, type Sink, start } from './sink.ts';

interface Sample {
  readonly perSecond: number;
  /** User time of the client, which is all that s_time tells. */
  readonly cpuMsPerHandshake: number;
}

interface Handshake {
  readonly version: 'TLSv1.2' | 'TLSv1.3';
  readonly key: 'ec' | 'rsa';
  readonly resumed: boolean;
}

interface Figures extends Handshake {
  readonly nexthop: Spread;
  readonly openssl: Spread;
  /** Round by round. */
  readonly ratio: Spread;
  readonly nexthopCpuMs: Spread;
  readonly opensslCpuMs: Spread;
}

const HOST = 'mx.example.test';
const options = readOptions('bench/tls.ts', {
  rounds: { value: 3, min: 1, max: 100, meaning: 'counted rounds; one more warms up' },
  seconds: { value: 1, min: 1, max: 60, meaning: 'how long each client is counted in a round' },
});
const run = promisify(execFile);
const { stdout: version } = await run('openssl', ['version']);
const platform = nodePlatform();
const folder = mkdtempSync(join(tmpdir(), 'nexthop-bench-'));
const figures: Figures[] = [];
try {
  for (const key of ['ec', 'rsa'] as const)
    for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
      const server = await startServer(version, key);
      try {
        for (const resumed of [false, true]) figures.push(await measure({ version, key, resumed }, server));
      } finally {
        await server.stop();
      }
    }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
process.stdout.write(options.json ? `${JSON.stringify({ ...options, version, figures })}\n` : shown());

async function startServer(version: Handshake['version'], key: Handshake['key']): Promise<Sink> {
  const { keyPem, pem } = authority('Benchmark CA').issue(HOST, { key });
  const file = join(folder, 'server.pem');
  writeFileSync(file, `${keyPem}${pem}`);
  const port = await freePort();
  const place = ['-accept', `127.0.0.1:${port}`, '-cert', file, '-key', file];
  const only = version === 'TLSv1.2' ? '-tls1_2' : '-tls1_3';
  return start('openssl s_server', 'openssl', ['s_server', ...place, only, '-www', '-quiet'], port);
}

async function measure(handshake: Handshake, { port }: Sink): Promise<Figures> {
  const ours: Sample[] = [];
  const theirs: Sample[] = [];
  const visit = await visitor(handshake, port);
  for (let round = 0; round <= options.rounds; round += 1) {
    // They take turns in going first.
    const samples = round % 2 === 0 ? [await nexthop(visit)] : [];
    const their = await openssl(handshake, port);
    const our = samples[0] ?? (await nexthop(visit));
    if (round === 0) continue;
    ours.push(our);
    theirs.push(their);
  }
  const spread = (samples: readonly Sample[], of: keyof Sample) => spreadOf(samples.map((each) => each[of]));
  return {
    ...handshake,
    nexthop: spread(ours, 'perSecond'),
    openssl: spread(theirs, 'perSecond'),
    ratio: spreadOf(ours.map(({ perSecond }, round) => perSecond / (theirs[round]?.perSecond ?? Number.NaN))),
    nexthopCpuMs: spread(ours, 'cpuMsPerHandshake'),
    opensslCpuMs: spread(theirs, 'cpuMsPerHandshake'),
  };
}

/** Makes one connection as deliveries at level encrypt do. */
async function visitor({ resumed }: Handshake, port: number): Promise<() => Promise<void>> {
  const parameters = new Map([['smtp_tls_security_level', 'encrypt']]);
  if (resumed) parameters.set('smtp_tls_session_cache_database', 'btree:sessions');
  const settings = resolveSettings(parameters, 'smtp', { hostname: 'client.test' });
  const emit = () => {};
  const tables = new Tables({ settings, service: 'smtp', platform, addressesOf: async () => [], emit });
  const context = { settings, service: 'smtp', tables, platform, emit } as const;
  const engine = new TlsEngine(context);
  const target = { nexthop: HOST, domain: HOST, host: HOST, address: '127.0.0.1', port };
  const findDane = async () => ({ level: 'may' as const });
  const policy = await new TlsPolicies({ ...context, findDane, tlsNotRequired: false }).for(target);
  if (isPolicyFailure(policy)) throw new Error(policy.reason);
  const order = { policy, target, peer: `${HOST}[127.0.0.1]:${port}`, helloName: 'client.test' };
  const visit = async (): Promise<boolean> => {
    const plain = await platform.network.connectTcp({ address: '127.0.0.1', port });
    const { connection, status } = await engine.start(plain, order);
    connection.end('GET / HTTP/1.0\r\n\r\n');
    for await (const _ of connection);
    return status.resumed;
  };
  await visit();
  return async () => {
    if ((await visit()) !== resumed) throw new Error(`a session was ${resumed ? 'not ' : ''}resumed`);
  };
}

async function nexthop(visit: () => Promise<void>): Promise<Sample> {
  const startedMs = performance.now();
  const startedCpu = process.cpuUsage();
  const limitMs = options.seconds * 1000;
  let handshakes = 0;
  for (; performance.now() - startedMs < limitMs; handshakes += 1) await visit();
  return {
    perSecond: (handshakes * 1000) / (performance.now() - startedMs),
    cpuMsPerHandshake: process.cpuUsage(startedCpu).user / 1000 / handshakes,
  };
}

/** `12 connections in 0.34s; ...`, user time, after a character for each: `r` where a session was resumed. */
async function openssl({ resumed }: Handshake, port: number): Promise<Sample> {
  const mode = [resumed ? '-reuse' : '-new', '-www', '/', '-time', String(options.seconds)];
  const startedMs = performance.now();
  const { stdout } = await run('openssl', ['s_time', '-connect', `127.0.0.1:${port}`, ...mode]);
  const wallMs = performance.now() - startedMs;
  const [, marks = '', count, seconds] = /^([r*t]+)\n+(\d+) connections in ([\d.]+)s/m.exec(stdout) ?? [];
  if (!/^[r*]+$/.test(marks) || marks.includes(resumed ? '*' : 'r'))
    throw new Error(`openssl s_time: sessions were ${resumed ? 'not ' : ''}resumed`);
  return {
    perSecond: (Number(count) * 1000) / wallMs,
    cpuMsPerHandshake: (Number(seconds) * 1000) / Number(count),
  };
}

function shown(): string {
  const twoDigits = (value: number) => value.toFixed(2);
  const { rounds, seconds } = options;
  const title = `server: s_server of ${version.trim()}; Node.js ${process.version} with OpenSSL ${process.versions.openssl}; median (min to max) of ${rounds} rounds of ${seconds} s`;
  const rows = figures.map((each) => [
    `${each.version} ${each.key}, ${each.resumed ? 'resumed' : 'new'}`,
    showSpread(each.nexthop),
    showSpread(each.openssl),
    showSpread(each.ratio, twoDigits),
    showSpread(each.nexthopCpuMs, twoDigits),
    showSpread(each.opensslCpuMs, twoDigits),
  ]);
  const head = ['handshakes/s', 'nexthop', 's_time', 'nexthop/s_time', 'user CPU ms', 's_time user CPU ms'];
  return `${title}\n\n${table([head, ...rows])}`;
}
