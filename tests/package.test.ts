/** The published package, as its user gets it: packed from clean sources, installed into an empty project, used. */
import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { SMTPServer } from 'smtp-server';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { projectFiles, readText, root } from './source-tree.ts';

const installLimitMs = 120_000;
const runLimitMs = 30_000;
const run = promisify(execFile);
const installed = join(root, 'node_modules');

const folder = mkdtempSync(join(tmpdir(), 'nexthop-package-'));
const sources = join(folder, 'sources');
const project = join(folder, 'project');

/** The README's examples, in order, and what their comments say they print. */
const examples = [...readText('README.md').matchAll(/^```ts\n(.+?)^```/gms)].map(([, code = '']) => ({
  code,
  prints: [...code.matchAll(/^\/\/ prints: (.+)$/gm)].map(([, line]) => line),
}));

beforeAll(async () => {
  // A copy, so that building disturbs neither the working tree nor the tests that run beside this one.
  for (const path of projectFiles()) {
    mkdirSync(dirname(join(sources, path)), { recursive: true });
    cpSync(join(root, path), join(sources, path));
  }
  symlinkSync(installed, join(sources, 'node_modules'));
  mkdirSync(project);
  writeFileSync(join(project, 'package.json'), '{ "private": true, "type": "module" }\n');
  const timeout = installLimitMs;
  await run('npm', ['pack', '--pack-destination', project], { cwd: sources, timeout });
  const tarballs = readdirSync(project).filter((name) => name.endsWith('.tgz'));
  const install = [
    'install',
    '--prefer-offline',
    '--no-audit',
    '--no-fund',
    ...tarballs.map((name) => `./${name}`),
  ];
  await run('npm', install, { cwd: project, timeout });
}, installLimitMs);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs this test's own Node: the first on the PATH may be an older one. */
const node = (args: readonly string[]): Promise<{ stdout: string }> =>
  run(process.execPath, args, { cwd: project, timeout: runLimitMs });

describe('the command', () => {
  test('is installed and tells its version', async () => {
    const path = `${dirname(process.execPath)}:${process.env.PATH}`;
    const options = { cwd: project, timeout: runLimitMs, env: { ...process.env, PATH: path } };
    const { stdout } = await run(join(project, 'node_modules/.bin/nexthop'), ['--version'], options);
    expect(stdout.trim()).toBe(JSON.parse(readText('package.json')).version);
  });

  test('finds its scenarios and runs one', { timeout: runLimitMs }, async () => {
    const command = join(project, 'node_modules/nexthop/dist/cli/main.js');
    const { stdout } = await node([command, 'list', 'scenarios', '--json']);
    expect(stdout).toContain('greeting/');
    await node([command, 'run', 'greeting', '--out', 'report']);
    expect(readdirSync(join(project, 'report')).sort()).toEqual([
      'ctrf.json',
      'index.html',
      'junit.xml',
      'results.json',
      'results.sarif',
      'results.tap',
      'summary.md',
    ]);
  });
});

test('the package holds what its user needs and nothing else', () => {
  const contents = readdirSync(join(project, 'node_modules/nexthop'), { recursive: true, encoding: 'utf8' });
  expect(contents).toEqual(expect.arrayContaining(['LICENSE', 'README.md', 'CHANGELOG.md', 'package.json']));
  expect(contents).toEqual(expect.arrayContaining(['dist/index.js', 'dist/index.d.ts', 'dist/cli/main.js']));
  expect(contents.filter((path) => /\.test\.|(?<!\.d)\.tsx?$/.test(path))).toEqual([]);
});

describe('the examples of the README', () => {
  test('are two', () => {
    expect(examples).toHaveLength(2);
  });

  test('have the types they need', { timeout: runLimitMs }, async () => {
    mkdirSync(join(project, 'node_modules/@types'), { recursive: true });
    const nodeTypes = join(project, 'node_modules/@types/node');
    rmSync(nodeTypes, { recursive: true, force: true });
    symlinkSync(join(installed, '@types/node'), nodeTypes);
    for (const [index, { code }] of examples.entries())
      writeFileSync(join(project, `typed-${index}.ts`), code);
    const sourcesToCheck = examples.map((_, index) => `typed-${index}.ts`);
    const options = ['--noEmit', '--strict', '--target', 'es2024', '--module', 'nodenext', '--types', 'node'];
    const tsc = join(installed, '.bin/tsc');
    const { stdout } = await run(tsc, [...options, ...sourcesToCheck], { cwd: project }).catch(
      (error) => error,
    );
    expect(stdout).toBe('');
  });

  test.each(examples)('example %$ prints what it says', { timeout: runLimitMs }, async ({ code, prints }) => {
    const received: string[] = [];
    const server = new SMTPServer({
      authOptional: true,
      disabledCommands: ['STARTTLS', 'AUTH'],
      onData(stream, _session, done) {
        stream.setEncoding('utf8').on('data', (text: string) => received.push(text));
        stream.on('end', done);
      },
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    try {
      const { port } = server.server.address() as AddressInfo;
      writeFileSync(join(project, 'example.ts'), code.replace('[127.0.0.1]:2525', `[127.0.0.1]:${port}`));
      const { stdout } = await node(['example.ts']);
      expect(prints).not.toEqual([]);
      expect(stdout.trimEnd().split('\n')).toEqual(prints);
      if (code.includes('[127.0.0.1]:2525')) expect(received.join('')).toContain('Are you there?');
    } finally {
      await new Promise<void>((resolve) => server.close(resolve));
    }
  });
});
