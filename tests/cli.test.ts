/** The command as its user meets it: mistakes are told in one line, interruptions lose nothing, pipes may close. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { writeReport } from '../reports/write.ts';
import { readResults } from '../scenarios/results-file.ts';
import { type CommandOptions, type Finished, nexthop, startNexthop } from './processes.ts';
import { sampleMatrix } from './sample-comparisons.ts';
import { root } from './source-tree.ts';

const folder = mkdtempSync(join(tmpdir(), 'nexthop-cli-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const file = (name: string, text: string): string => {
  writeFileSync(join(folder, name), text);
  return name;
};

interface ScenarioFile {
  /** Expressions over `index`, as source: the name of a scenario, whether it can pass, a check besides. */
  readonly named?: string;
  readonly passes?: string;
  readonly look?: string;
}

/** A file of as many scenarios as asked for, in a suite of the file's name. */
const scenarioFile = (name: string, count: number, options: ScenarioFile = {}): string => {
  const { named = "'number-' + index", passes = 'true', look = 'undefined' } = options;
  return file(
    name,
    `import { check, deferred, delivered, mailHost, message, scenario, zone } from '${pathToFileURL(join(root, 'scenarios/scenario.ts'))}';
    const to = 'user@example.test';
    export default Array.from({ length: ${count} }, (_, index) => scenario('${name.replace('.js', '/')}' + (${named}), {
      title: 'A message arrives',
      clauses: ['rfc5321-2.1-01'],
      dns: zone('example.test', { MX: '10 a', a: '192.0.2.1' }),
      hosts: { a: mailHost() },
      send: message({ to }),
      expect: [(${passes}) ? delivered(to, { via: 'a' }) : deferred(to), check('look', () => ${look})],
    }));`,
  );
};

const inFolder = (args: readonly string[], options: CommandOptions = {}): Promise<Finished> =>
  nexthop(args, { cwd: folder, ...options });

const results = (out: string) => readResults(readFileSync(join(folder, out, 'results.json'), 'utf8'), out);

const sendTo = (...args: string[]): string[] => [
  'send',
  '--from',
  'a@sender.test',
  '--to',
  'b@example.test',
  ...args,
];

const masterCf = `smtp unix - - n - - smtp
relay unix - - n - - smtp
  -o { smtp_helo_name = $service_name.sender.test } -o smtp_helo_timeout=5
`;

describe('config', () => {
  file(
    'real.cf',
    `smtpd_banner = $myhostname ESMTP
mailbox_size_limit = 0
myhostname = mx.sender.test
limit = 7
smtp_mail_timeout = \${limit}m
smtp_helo_tiemout = 8
slow_destination_recipient_limit = 2
`,
  );
  file('relay.cf', masterCf);
  const config = (...args: string[]) => inFolder(['config', ...args]);

  test('what is set, as written; a name that nobody reads is told of', async () => {
    expect(await config('-n', '--main-cf', 'real.cf')).toEqual({
      status: 0,
      stdout: 'limit = 7\nmyhostname = mx.sender.test\nsmtp_mail_timeout = ${limit}m\n',
      stderr:
        'nexthop: warning: real.cf: smtp_helo_tiemout: no such parameter; the nearest known name is smtp_helo_timeout\n',
    });
  });

  test('what a service has, expanded', async () => {
    const files = ['--main-cf', 'real.cf', '--master-cf', 'relay.cf', '--service', 'relay'];
    const { stdout } = await config(
      '-x',
      ...files,
      'smtp_helo_name',
      'smtp_helo_timeout',
      'smtp_mail_timeout',
    );
    expect(stdout).toBe(
      'smtp_helo_name = relay.sender.test\nsmtp_helo_timeout = 5\nsmtp_mail_timeout = 7m\n',
    );
  });

  test('what is asked for by name, in that order, set or not; values alone', async () => {
    const asked = [
      '-n',
      '-h',
      '--main-cf',
      'real.cf',
      'smtp_mail_timeout',
      'relayhost',
      'limit',
      'smtpd_banner',
    ];
    expect(await config(...asked)).toMatchObject({
      status: 0,
      stdout: '${limit}m\n\n7\n',
      stderr: expect.stringContaining('smtpd_banner: a parameter of another program'),
    });
    const { stdout } = await config('--main-cf', 'real.cf', 'relayhost', 'limit', 'relayhost');
    expect(stdout).toBe('relayhost =\nlimit = 7\nrelayhost =\n');
  });

  test('a name that stands for nothing, and a value of the own that cannot be expanded', async () => {
    const set = ['-o', 'relayhost=$nosuch ${limit:$odd}', '-o', 'odd=${', '--main-cf', 'real.cf'];
    const { status, stdout, stderr } = await config('-x', ...set, 'relayhost', 'odd', 'limit');
    expect({ status, stdout }).toEqual({ status: 1, stdout: 'relayhost =\nodd = ${\nlimit = 7\n' });
    expect(stderr.split('\n').slice(-3)).toEqual([
      'nexthop: warning: relayhost: $nosuch stands for nothing; correct the name',
      'nexthop: odd = ${: no "}" for "${"; add it',
      '',
    ]);
  });

  test('names of a main.cf that only services mention are no mistakes', async () => {
    file('own.cf', 'mua_restrictions = reject\n');
    file(
      'services.cf',
      `${masterCf}587 inet n - n - - smtpd -o smtpd_sender_restrictions=$mua_restrictions\n`,
    );
    expect((await config('-n', '--main-cf', 'own.cf')).stderr).toContain('no value mentions it');
    expect((await config('-n', '--main-cf', 'own.cf', '--master-cf', 'services.cf')).stderr).toBe('');
  });

  test('an option of a service that is for another program is told of', async () => {
    file('odd.cf', `${masterCf.trimEnd()} -o smtpd_banner=x\n`);
    const { status, stdout, stderr } = await config('--master-cf', 'odd.cf', '--service', 'relay', '-n');
    expect({ status, stdout }).toEqual({
      status: 0,
      stdout: 'smtp_helo_name = $service_name.sender.test\nsmtp_helo_timeout = 5\n',
    });
    expect(stderr).toBe(
      'nexthop: warning: odd.cf: service relay: -o smtpd_banner: a parameter of another program, which the client does not read\n',
    );
  });

  test('defaults, of every name', async () => {
    const { stdout } = await config('-d', '--main-cf', 'real.cf');
    const lines = stdout.trimEnd().split('\n');
    expect(lines).toEqual(expect.arrayContaining(['lmtp_lhlo_timeout = 300s', 'smtp_mail_timeout = 300s']));
    expect(lines).toEqual(lines.toSorted());
    expect(lines.length).toBeGreaterThan(400);
  });

  test('a run takes what a file says of behaviour, not where its host stands', async () => {
    file('away.cf', 'myhostname = mx.sender.test\nrelayhost = [relay.test]\nsmtp_data_xfer_timeout = 10m\n');
    const run = (...args: string[]) =>
      inFolder(['run', 'time-limits/stalled-content', '--out', 'away', ...args]);
    const { stderr, stdout } = await run('--main-cf', 'away.cf');
    expect(stderr).toContain(
      'nexthop: warning: scenarios have a world of their own: myhostname, relayhost will not',
    );
    expect(stdout).toContain('-o smtp_data_xfer_timeout=10m');
    expect(stdout).not.toContain('relayhost');
  });

  test('a run reads the tables that stand beside the file', async () => {
    file('generic', 'sender@client.test out@there.test\n');
    file('tables.cf', 'smtp_generic_maps = texthash:$config_directory/generic\n');
    const { status } = await inFolder([
      'run',
      'greeting/own-name-in-greeting',
      '--main-cf',
      'tables.cf',
      '--out',
      'tables',
    ]);
    expect(status).toBe(0);
    expect(readFileSync(join(folder, 'tables/results.json'), 'utf8')).toContain('MAIL FROM:<out@there.test>');
  });

  test('all values that cannot be used', async () => {
    const { status, stderr } = await config('-o', 'smtp_helo_timeout=x', '-o', 'lmtp_lhlo_timeout=y', '-n');
    expect(status).toBe(1);
    expect(stderr.split('\n')).toEqual([
      expect.stringContaining('nexthop: smtp_helo_timeout = x: not a time'),
      expect.stringContaining('nexthop: lmtp_lhlo_timeout = y: not a time'),
      '',
    ]);
  });
});

describe('a mistake is told in one line', () => {
  file('taken', 'a file');
  file('bad.cf', 'myhostname = a.test\nsmtp_helo_timeout = soon\n');
  file('master.cf', masterCf);
  mkdirSync(join(folder, 'corrupt'));
  file('corrupt/results.json', '{"schema": 1, "run":');
  mkdirSync(join(folder, 'foreign'));
  file('foreign/results.json', '{"schema": 1, "run": {}, "results": []}');
  mkdirSync(join(folder, 'future'));
  file('future/results.json', '{"schema": 99}');
  const throws = file('throws.js', 'throw new Error("boom\\nbang");');
  const syntax = file('syntax.js', 'export default {{{');
  const types = file('types.ts', 'const count: number = "one";\nexport default count;\n');
  const rubbish = file('rubbish.js', 'export default { title: "no scenario" };');
  const nothing = file('nothing.js', 'export const other = 1;');
  const twice = scenarioFile('twice.js', 2, { named: "'one'" });

  test.concurrent.each<[name: string, args: string[], status: number, told: string]>([
    ['an unknown option', ['run', '--wrong'], 2, "unknown option '--wrong'; see nexthop --help"],
    ['an unknown option of send', sendTo('--wrong'), 64, "unknown option '--wrong'"],
    ['an unknown command', ['deliver'], 2, "unknown command 'deliver'"],
    ['help about an unknown command', ['help', 'deliver'], 2, "no help about 'deliver'"],
    [
      'an unknown parameter',
      ['run', '-o', 'smtp_hello_timeout=1s'],
      2,
      'no such parameter; the nearest known name is smtp_helo_timeout',
    ],
    ['an unknown parameter of send', sendTo('-o', 'smtp_hello_timeout=1s'), 64, 'smtp_helo_timeout'],
    ['a parameter without a value', ['run', '-o', 'myhostname'], 2, 'write name = value'],
    ['a bad value', ['run', '-o', 'smtp_helo_timeout=soon'], 2, 'smtp_helo_timeout = soon: not a time'],
    [
      'a bad value for LMTP',
      ['run', '-o', 'lmtp_data_init_timeout=soon'],
      2,
      'lmtp_data_init_timeout = soon',
    ],
    [
      'a bad value of send',
      sendTo('-o', 'smtp_helo_timeout=soon'),
      64,
      'smtp_helo_timeout = soon: not a time',
    ],
    ['a bad value in main.cf', sendTo('--main-cf', 'bad.cf'), 64, 'smtp_helo_timeout = soon: not a time'],
    ['a missing main.cf', ['run', '--main-cf', 'missing.cf'], 2, 'cannot read missing.cf: ENOENT'],
    ['an unreadable main.cf', sendTo('--main-cf', '.'), 64, 'cannot read .: EISDIR'],
    ['a main.cf without an end', ['run', '--main-cf', '/dev/zero'], 2, 'cannot read /dev/zero: EFBIG'],
    ['a missing master.cf', ['run', '--master-cf', 'missing.cf'], 2, 'cannot read missing.cf: ENOENT'],
    ['a service without its file', sendTo('--service', 'relay'), 64, '--service needs --master-cf'],
    [
      'an unknown service',
      ['config', '--master-cf', 'master.cf', '--service', 'rely'],
      2,
      'master.cf has no service rely that runs smtp or lmtp; it has smtp, relay',
    ],
    ['a master.cf that is none', ['config', '--master-cf', 'bad.cf'], 2, 'bad.cf, line 1: no service type'],
    [
      'a parameter of another program',
      ['config', '-o', 'smtpd_banner=x'],
      2,
      '-o smtpd_banner: a parameter of another program',
    ],
    ['defaults of what is set', ['config', '-n', '-d'], 2, '-n and -d exclude each other'],
    ['a missing message', sendTo('missing.eml'), 66, 'cannot read the message from missing.eml: ENOENT'],
    ['an unreadable message', sendTo('.'), 66, 'cannot read the message from .: EISDIR'],
    [
      'a message too large',
      sendTo('taken', '-o', 'message_size_limit=3'),
      64,
      'larger than message_size_limit = 3 bytes',
    ],
    ['no sender', ['send', '--to', 'b@example.test'], 64, "required option '--from <address>' not specified"],
    [
      'a sender with a newline',
      ['send', '--from', 'a@s.test\nRCPT TO:<b@s.test>', '--to', 'b@s.test'],
      64,
      '--from: bad address "a@s.test\\nRCPT',
    ],
    [
      'a recipient with a newline',
      sendTo('--to', 'c@example.test\r\n'),
      64,
      '--to: bad address "c@example.test\\r\\n"',
    ],
    ['the null recipient', sendTo('--to', ''), 64, 'the null address cannot receive mail'],
    [
      'a destination without its bracket',
      sendTo('--nexthop', '[mx.example.test'),
      64,
      'bad destination: missing "]"',
    ],
    [
      'a destination with a bad port',
      sendTo('--nexthop', 'mx.example.test:99999'),
      64,
      'bad network port: 99999',
    ],
    ['a destination for LMTP only', sendTo('--nexthop', 'unix:/run/lmtp'), 64, 'bad destination: '],
    ['an agent without a socket', ['agent'], 2, 'agent: name the socket to listen on with --socket'],
    [
      'an agent with odd words',
      ['agent', '--socket', 'x', 'user=nobody'],
      2,
      "unknown attribute 'user=nobody'",
    ],
    ['LMTP without a destination', sendTo('--lmtp'), 64, '--lmtp needs --nexthop'],
    [
      'a name server that is a name',
      sendTo('--dns', 'localhost:53'),
      64,
      '--dns: bad name server "localhost:53"',
    ],
    ['a name server that is no address', sendTo('--dns', '300.0.0.1:53'), 64, '--dns: bad name server'],
    ['a name server without brackets', sendTo('--dns', '::1'), 64, '--dns: bad name server "::1"'],
    ['a name server with a bad port', sendTo('--dns', '127.0.0.1:0'), 64, '--dns: bad name server'],
    ['a bad age', sendTo('--age', 'old'), 64, '--age: bad time "old"'],
    ['a bad DSN option', sendTo('--dsn', 'notify=sometimes'), 64, '--dsn: notify=sometimes is none of'],
    ['an unknown selector', ['run', 'greetin'], 2, "no scenario matches 'greetin', did you mean 'greeting'?"],
    ['a missing scenario file', ['run', 'missing.ts'], 2, 'missing.ts: no such file'],
    ['a scenario file that throws', ['run', throws], 2, 'throws.js: boom'],
    ['a scenario file that is not JavaScript', ['run', syntax], 2, 'syntax.js: Unexpected token'],
    [
      'a scenario file that does not type-check',
      ['run', types],
      2,
      "types.ts:1:7: TS2322: Type 'string' is not assignable to type 'number'",
    ],
    [
      'a scenario file with something else',
      ['run', rubbish],
      2,
      'rubbish.js: the default export is no scenario(...)',
    ],
    ['a scenario file with nothing', ['run', nothing], 2, 'nothing.js: exports no scenario'],
    ['two scenarios of one name', ['run', twice], 2, "two scenarios are called 'twice/one'"],
    [
      'a report folder that is a file',
      ['run', '--out', 'taken'],
      2,
      'cannot write report folder taken: a file of that name is in the way',
    ],
    [
      'a report folder below a file',
      ['run', '--out', 'taken/report'],
      2,
      'cannot write report folder taken/report: a part of the path is not a folder',
    ],
    ['a bad seed', ['run', '--seed', '1.5'], 2, "--seed: '1.5' is not a whole number"],
    ['a bad shard', ['run', '--shard', '3/2'], 2, "--shard: '3/2' is not I/N"],
    ['an unknown sender', ['run', '--sender', 'pigeon'], 2, "unknown sender 'pigeon', enrolled are: nexthop"],
    [
      'something unknown to list',
      ['list', 'pigeons'],
      2,
      'Allowed choices are scenarios, clauses, cases, senders, parameters;',
    ],
    ['a report of nothing', ['report'], 2, "missing required argument 'folder'"],
    ['a missing report', ['report', 'missing'], 2, 'cannot read report missing: no such file or folder'],
    ['a report that is not JSON', ['report', 'corrupt'], 2, 'corrupt/results.json: not JSON'],
    ['a report of another shape', ['report', 'foreign'], 2, 'foreign/results.json: '],
    ['a report of the future', ['report', 'future'], 2, 'future/results.json: '],
  ])('%s', async (_, args, status, told) => {
    const finished = await inFolder(args, { input: 'Subject: x\n\nx\n' });
    expect(finished).toMatchObject({ status, stdout: '' });
    expect(finished.stderr).toMatch(/^nexthop: [^\n]+\n$/);
    expect(finished.stderr).toContain(told);
  });

  test('a folder that the system does not let anybody make is no endless search', async () => {
    const finished = await inFolder(['run', '--out', '/proc/nexthop/report']);
    expect(finished).toMatchObject({ status: 2, stdout: '' });
    expect(finished.stderr).toMatch(
      /^nexthop: cannot write report folder \/proc\/nexthop\/report: [^\n]+\n$/,
    );
  });

  test('without a command it shows its help, as a mistake', async () => {
    const { status, stdout, stderr } = await inFolder([]);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toMatch(/^Usage: nexthop/);
    for (const command of ['run', 'list', 'report', 'send'])
      expect(stderr).toMatch(new RegExp(`^  ${command} `, 'm'));
  });

  test.each([['--help'], ['help'], ['send', '--help'], ['help', 'send'], ['--version']])(
    'help is no mistake: %s %s',
    async (...args) => {
      expect(await inFolder(args)).toMatchObject({
        status: 0,
        stdout: expect.stringMatching(/^(Usage: |\d)/),
        stderr: '',
      });
    },
  );
});

describe('run', () => {
  test('writes a report; the exit status tells of failures', async () => {
    const mixed = scenarioFile('mixed.js', 3, { passes: 'index !== 1' });
    const { status, stdout, stderr } = await inFolder(['run', mixed, '--out', 'mixed', '--seed', '7']);
    expect({ status, stderr }).toEqual({ status: 1, stderr: 'failed: mixed/number-1\n' });
    expect(stdout).toContain('FAILED mixed/number-1\n');
    expect(stdout).toMatch(/\n3 results in .+: 1 failed, 2 passed\n/);
    expect(stdout).toContain(`report: ${join('mixed', 'index.html')}\n`);
    const stored = results('mixed');
    expect(stored.run).toMatchObject({ seed: 7, world: 'virtual', selected: 3 });
    expect(stored.run).not.toHaveProperty('interrupted');
    expect(stored.results.map(({ verdict }) => verdict)).toEqual(['passed', 'failed', 'passed']);
    expect(readFileSync(join(folder, 'mixed', 'junit.xml'), 'utf8')).toContain('mixed/number-1');
    expect(readFileSync(join(folder, 'mixed', 'index.html'), 'utf8')).toContain('id="nexthop-summary"');
  });

  test('Ctrl-C keeps and reports what is finished', async () => {
    const long = scenarioFile('long.js', 20_000, { passes: 'index > 0' });
    const running = startNexthop(['run', long, '--out', 'long'], { cwd: folder });
    await running.says('stderr', 'failed: long/number-0\n');
    running.child.kill('SIGINT');
    const { status, stdout } = await running.finished;
    expect(status).toBe(130);
    const stored = results('long');
    expect(stored.run).toMatchObject({ interrupted: true, selected: 20_000 });
    expect(stored.results.length).toBeGreaterThan(0);
    expect(stored.results.length).toBeLessThan(20_000);
    expect(stored.results.filter(({ verdict }) => verdict === 'failed')).toHaveLength(1);
    expect(stdout).toMatch(/\ninterrupted: [\d,]+ of 20,000 finished\n/);
    expect(stdout).toContain('report: ');
  });

  test('Ctrl-C ends a check that does not end by itself', async () => {
    const look = "index === 1 && process.stderr.write('stuck\\n') ? new Promise(() => {}) : undefined";
    const stuck = scenarioFile('stuck.js', 2, { look });
    const running = startNexthop(['run', stuck, '--out', 'stuck'], { cwd: folder });
    await running.says('stderr', 'stuck\n');
    running.child.kill('SIGINT');
    expect((await running.finished).status).toBe(130);
    expect(results('stuck').run).toMatchObject({ interrupted: true, selected: 2 });
    expect(results('stuck').results).toHaveLength(1);
  });

  test('shards make up the whole, and their reports merge', async () => {
    const parts = scenarioFile('parts.js', 5);
    for (const shard of ['1/2', '2/2']) {
      const { status } = await inFolder(['run', parts, '--shard', shard, '--out', `part-${shard[0]}`]);
      expect(status).toBe(0);
    }
    expect([results('part-1').results.length, results('part-2').results.length]).toEqual([3, 2]);
    const merged = await inFolder(['report', 'part-1', 'part-2', '--out', 'whole']);
    expect(merged).toMatchObject({ status: 0, stderr: '' });
    expect(merged.stdout).toContain(`report: ${join('whole', 'index.html')}\n`);
    expect(results('whole').results.map(({ scenario }) => scenario)).toEqual(
      Array.from({ length: 5 }, (_, index) => `parts/number-${index}`),
    );
    expect(results('whole').run).toMatchObject({ selected: 5, eventHash: expect.any(String) });
    expect(results('whole').run.shard).toBeUndefined();
    const again = await inFolder(['report', 'part-1', 'whole']);
    expect(again).toMatchObject({ status: 2, stdout: '' });
    expect(again.stderr).toMatch(
      /^nexthop: whole and part-1 both hold a result for parts\/number-0 [^\n]+\n$/,
    );
  });

  test('a report is rebuilt in its folder', async () => {
    const one = scenarioFile('rebuilt.js', 1);
    await inFolder(['run', one, '--out', 'rebuilt']);
    const before = readFileSync(join(folder, 'rebuilt/results.json'), 'utf8');
    rmSync(join(folder, 'rebuilt/index.html'));
    expect(await inFolder(['report', 'rebuilt'])).toMatchObject({ status: 0, stderr: '' });
    expect(existsSync(join(folder, 'rebuilt/index.html'))).toBe(true);
    expect(readFileSync(join(folder, 'rebuilt/results.json'), 'utf8')).toBe(before);
  });

  test('a rebuilt report keeps what was accepted when it was made', async () => {
    const out = join(folder, 'judged');
    await writeReport(sampleMatrix(30), out);
    const before = readFileSync(join(out, 'results.json'), 'utf8');
    expect(before).toContain('"accepted":"an old version"');
    expect((await inFolder(['report', 'judged'])).status).toBe(0);
    expect(readFileSync(join(out, 'results.json'), 'utf8')).toBe(before);
  });

  test('colours are for those who can see them', async () => {
    const args = ['run', scenarioFile('colours.js', 2, { passes: 'index > 0' }), '--out', 'colours'];
    const piped = await inFolder(args);
    expect(`${piped.stdout}${piped.stderr}`).not.toContain('\u001b');
    expect((await inFolder(args, { env: { FORCE_COLOR: '1' } })).stdout).toContain('\u001b[');
    expect((await inFolder(args, { env: { NO_COLOR: '1' } })).stdout).not.toContain('\u001b');
  });
});

describe('list', () => {
  const json = async (what: string) => {
    const { status, stdout, stderr } = await inFolder(['list', what, '--json']);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    const items: readonly Record<string, unknown>[] = JSON.parse(stdout);
    expect(items.length).toBeGreaterThan(0);
    return items;
  };

  test.each([
    ['scenarios', ['id', 'suite', 'title', 'clauses', 'origins', 'tags', 'worlds'], 'id'],
    ['clauses', ['id', 'level', 'scope', 'testable', 'statement', 'scenarios'], 'id'],
    ['cases', ['id', 'topic', 'situation', 'expected', 'source', 'scenarios'], 'id'],
    ['senders', ['name', 'version', 'worlds', 'claims'], 'name'],
    ['parameters', ['name', 'default', 'type', 'group', 'since', 'seed', 'meaning', 'scenarios'], 'name'],
  ])('%s, as a table and as JSON', async (what, keys, first) => {
    const items = await json(what);
    for (const item of items) {
      // A sender that is not installed here has the command that installs it, and nothing else.
      if ('install' in item) {
        expect(Object.keys(item)).toEqual(['name', 'install']);
        continue;
      }
      const always = Object.keys(item).filter((key) => key !== 'noEffect' && key !== 'twinOf');
      expect(always).toEqual(keys.filter((key) => key in item));
      expect(keys.filter((key) => !(key in item) && key !== 'since')).toEqual([]);
    }
    const { status, stdout } = await inFolder(['list', what]);
    expect(status).toBe(0);
    expect(
      stdout
        .trimEnd()
        .split('\n')
        .map((line) => line.split(' ')[0]),
    ).toEqual(items.map((item) => item[first]));
  });

  test('scenarios, when nothing is named', async () => {
    expect((await inFolder(['list'])).stdout).toBe((await inFolder(['list', 'scenarios'])).stdout);
  });
});

describe('send', () => {
  test('mail that loops back is for another transport when best_mx_transport says so: 75', async () => {
    const delivery = ['send', '--from', 'a@sender.test', '--to', 'user@example.test', '--json'];
    const args = [...delivery, '--nexthop', '[127.0.0.1]:25', '-o', 'best_mx_transport=uucp'];
    const { status, stdout, stderr } = await nexthop(args, { input: 'Subject: none\n\n' });
    expect(status).toBe(75);
    expect(JSON.parse(stdout).recipients).toEqual([
      {
        address: 'user@example.test',
        status: 'passed',
        dsn: '5.4.6',
        relay: 'none',
        transport: 'uucp',
        nexthop: '[127.0.0.1]:25',
        reason: 'mail for 127.0.0.1 loops back to myself',
      },
    ]);
    expect(stderr).toMatch(/: passing <user@example\.test> to transport=uucp\n$/);
  });
});

describe('output that nobody reads any more', () => {
  const closed = async (args: readonly string[], whenData: boolean): Promise<Finished> => {
    const { child, finished } = startNexthop(args, { cwd: folder, input: 'Subject: x\n\nx\n' });
    if (whenData) child.stdout?.once('data', () => child.stdout?.destroy());
    else child.stdout?.destroy();
    return finished;
  };

  test('is no error', async () => {
    const { status, stdout, stderr } = await closed(['list', 'clauses', '--json'], true);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toMatch(/^\[/);
  });

  test('does not lose a report', async () => {
    const unread = scenarioFile('unread.js', 2, { passes: 'index > 0' });
    const { status, stderr } = await closed(['run', unread, '--out', 'unread'], false);
    expect({ status, stderr }).toEqual({ status: 1, stderr: 'failed: unread/number-0\n' });
    expect(results('unread').results).toHaveLength(2);
  });

  test('does not change the outcome of a delivery', async () => {
    // Port 1 of the loopback: nothing listens there.
    const { status, stderr } = await closed(sendTo('--nexthop', '[127.0.0.1]:1'), false);
    expect({ status, stderr }).toEqual({ status: 75, stderr: '' });
  });
});
