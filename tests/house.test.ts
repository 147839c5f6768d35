/** The rules of the house that neither the compiler nor the lint can express, and proof that the lint bites. */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Visitor } from 'vite';
import { describe, expect, test } from 'vitest';
import { findCycle, floorOf, mayImport } from './house.ts';
import {
  importedModules,
  isModule,
  isTest,
  parseModule,
  projectFiles,
  readText,
  root,
} from './source-tree.ts';

const files = projectFiles();
const modules = files.filter(isModule);
/** Beside the house stand its tests and its tools; nobody in the house may lean on them. */
const isBeside = (path: string): boolean => /^(tests|tools)\//.test(path) || /^[^/]+\.config\.ts$/.test(path);
const inhabitants = modules.filter((path) => !isTest(path) && !isBeside(path));

describe('import directions', () => {
  test('every module has its place', () => {
    expect(inhabitants.length).toBeGreaterThan(0);
    expect(inhabitants.filter((path) => floorOf(path) === undefined)).toEqual([]);
  });

  test('arrows run downwards', () => {
    const upwards = inhabitants.flatMap((importer) =>
      importedModules(importer)
        .filter((imported) => isModule(imported) && !mayImport(importer, imported))
        .map((imported) => `${importer} imports ${imported}`),
    );
    expect(upwards).toEqual([]);
  });

  test('nothing runs in a circle', () => {
    expect(findCycle(new Map(inhabitants.map((path) => [path, importedModules(path)])))).toBeUndefined();
  });

  test.each([
    ['scenarios/runner.ts', 'simulator/world.ts', true],
    ['simulator/world.ts', 'scenarios/runner.ts', false],
    ['client/session/session.ts', 'client/wire/wire.ts', true],
    ['client/wire/wire.ts', 'client/session/session.ts', false],
    ['client/events.ts', 'client/request.ts', true],
    ['client/request.ts', 'client/content/message.ts', true],
    ['client/request.ts', 'client/content/dots.ts', false],
    ['client/platform/node.ts', 'client/events.ts', false],
    ['cli/main.ts', 'tests/house.ts', false],
    ['somewhere/else.ts', 'client/events.ts', false],
  ])('%s may import %s: %s', (importer, imported, allowed) => {
    expect(mayImport(importer, imported)).toBe(allowed);
  });

  test('imports of every form are seen', () => {
    const source = `import type { A } from './a.ts'; import './b.ts'; export * from './c.ts'; export { d } from '../d.ts';
      export const e = import('./e.ts'); import { f } from 'f'; export type { A }; export { f };`;
    expect(importedModules('client/x.ts', source)).toEqual([
      'client/a.ts',
      'client/b.ts',
      'client/c.ts',
      'd.ts',
      'client/e.ts',
    ]);
  });

  test('a cycle is found', () => {
    const graph = { a: ['b'], b: ['c', 'd'], c: [], d: ['b'] };
    expect(findCycle(new Map(Object.entries(graph)))).toEqual(['b', 'd', 'b']);
  });
});

/**
 * Uses of the real clock and network in a module that the lint lets pass: `new Date()` and `Date()` read the clock,
 * and `connect` of node:tls dials by itself unless it is given the stream to run over.
 */
function ambientUses(path: string, source = readText(path)): string[] {
  const { program, module } = parseModule(path, source);
  const uses: string[] = [];
  const tlsImports = module.staticImports.filter(({ moduleRequest }) => moduleRequest.value === 'node:tls');
  const tlsNames = tlsImports.flatMap(({ entries }) => entries);
  const whole = new Set(tlsNames.filter((e) => e.importName.kind !== 'Name').map((e) => e.localName.value));
  const dialers = new Set(
    tlsNames.filter((e) => e.importName.name === 'connect').map((e) => e.localName.value),
  );
  const listeners = new Set(
    tlsNames.filter((e) => e.importName.name === 'createServer').map((e) => e.localName.value),
  );

  new Visitor({
    NewExpression({ callee, arguments: values }) {
      if (callee.type === 'Identifier' && callee.name === 'Date' && values.length === 0)
        uses.push('new Date()');
    },
    CallExpression({ callee, arguments: [options] }) {
      const [object, name] =
        callee.type === 'MemberExpression' &&
        callee.object.type === 'Identifier' &&
        callee.property.type === 'Identifier'
          ? [callee.object.name, callee.property.name]
          : [undefined, callee.type === 'Identifier' ? callee.name : undefined];
      if (name === undefined) return;
      if (object === undefined && name === 'Date') uses.push('Date()');
      const calls = (member: string, names: Set<string>): boolean =>
        object === undefined ? names.has(name) : whole.has(object) && name === member;
      const givesStream =
        options?.type === 'ObjectExpression' &&
        options.properties.some(
          (each) => each.type === 'Property' && each.key.type === 'Identifier' && each.key.name === 'socket',
        );
      if (calls('connect', dialers) && !givesStream) uses.push('tls.connect without a socket');
      if (calls('createServer', listeners)) uses.push('tls.createServer');
    },
  }).visit(program);
  return uses;
}

/** The modules that may touch the machine: the doors. */
const doors = /^(client\/platform\/node\.ts|simulator\/live\/.+|simulator\/virtual\/global-timers\.ts)$/;

describe('time, sockets, files and chance come from the platform', () => {
  test('in the client and the simulator', () => {
    const found = inhabitants
      .filter((path) => /^(client|simulator)\//.test(path) && !doors.test(path))
      .flatMap((path) => ambientUses(path).map((use) => `${path}: ${use}`));
    expect(found).toEqual([]);
  });

  test.each([
    ['export const now = new Date();', ['new Date()']],
    ['export const now = Date();', ['Date()']],
    ['export const epoch = new Date(0);', []],
    ["import tls from 'node:tls'; tls.connect(25, 'mx.example');", ['tls.connect without a socket']],
    ["import * as t from 'node:tls'; t.connect({ port: 25 });", ['tls.connect without a socket']],
    ["import { connect as dial } from 'node:tls'; dial({ socket: s });", []],
    ["import { createServer } from 'node:tls'; createServer({});", ['tls.createServer']],
  ])('%s', (source, uses) => {
    expect(ambientUses('client/sample.ts', source)).toEqual(uses);
  });

  /** The rules that a module at this path would break, asked of the project's own lint in an empty project. */
  const lint = (path: string, source: string): string[] => {
    const project = mkdtempSync(join(tmpdir(), 'nexthop-lint-'));
    try {
      for (const name of ['biome.json', 'package.json']) cpSync(join(root, name), join(project, name));
      mkdirSync(dirname(join(project, path)), { recursive: true });
      writeFileSync(join(project, path), source);
      const biome = join(root, 'node_modules/.bin/biome');
      const options = ['lint', '--vcs-enabled=false', '--reporter=github', path];
      const { stdout } = spawnSync(biome, options, { cwd: project, encoding: 'utf8' });
      return [...new Set(stdout.match(/lint\/\w+\/\w+/g))].sort();
    } finally {
      rmSync(project, { recursive: true });
    }
  };
  const sample = `import { readFile } from 'node:fs/promises';
    setImmediate(() => readFile(String(Date.now() + Math.random())).catch(String));`;

  test.each(['client/sample.ts', 'simulator/sample.ts', 'client/platform/sample.ts'])(
    'the lint bites in %s',
    (path) => {
      expect(lint(path, sample)).toEqual([
        'lint/nursery/noJsRestrictedProperties',
        'lint/style/noRestrictedGlobals',
        'lint/style/noRestrictedImports',
      ]);
    },
  );

  test('the lint lets the doors pass', () => {
    const database = "export const sqlite = () => import('node:sqlite');";
    expect(lint('client/platform/sqlite.ts', database)).toEqual([]);
    expect(lint('simulator/sample.ts', database)).toEqual(['lint/style/noRestrictedImports']);
    expect(lint('client/platform/node.ts', sample)).toEqual([]);
    expect(lint('simulator/live/sample.ts', sample)).toEqual([]);
    expect(lint('simulator/virtual/clock.ts', 'setImmediate(() => undefined);')).toEqual([]);
    expect(lint('simulator/virtual/clock.ts', 'setTimeout(() => undefined);')).toEqual([
      'lint/style/noRestrictedGlobals',
    ]);
  });
});

describe('files', () => {
  const maxLines = 250;
  const maxTestLines = 500;
  /** Longer modules, and why each is better in one piece. */
  const longModules: Record<string, string> = {
    'tests/cli.test.ts': 'the command line as a table of mistakes and what is told',
    'client/config/register/general.ts': 'the parameter register: a table',
    'client/config/register/limits.ts': 'the parameter register: a table',
    'client/config/register/tls.ts': 'the parameter register: a table',
    'client/session/transaction.ts': 'the protocol engine: one machine, read from MAIL to the last reply',
    'scenarios/monitors/conversation.ts': 'one machine that reads a session back, for all monitors',
    'simulator/hosts/declarative-session.ts':
      'a mail server: one machine, from the greeting to the last reply',
    'simulator/session-view.ts': 'one parser of a dialogue and what is read from it',
  };
  /** Lines of code; blank lines and comments are free. */
  const lines = (path: string): number =>
    readText(path)
      .split('\n')
      .filter((line) => !/^\s*(\/\/|\/\*|\*|$)/.test(line)).length;

  test('hold one concern', () => {
    const limit = (path: string): number =>
      isTest(path) || isBeside(path) || path.startsWith('scenarios/suites/') ? maxTestLines : maxLines;
    const long = modules.filter((path) => lines(path) > limit(path));
    expect(long).toEqual(Object.keys(longModules).sort());
  });

  /** Words that have no place in a finished file; a reply text of RFC 5321 is no confession, nor is what Postfix says of TLSRPT. */
  const unwanted: readonly (readonly [RegExp, string])[] = [
    [/\b(TODO|FIXME|XXX)\b/, 'unfinished'],
    [/(?<!\b(?:50\d|TLSRPT)\b.*)not (yet )?implemented/i, 'unfinished'],
    [/\/(work|tmp|root|home\/\w+)\//, 'a path of one machine'],
    [/\b(test|it|describe)\.(only|skip|todo)\b/, 'a test that does not run'],
    [/@ts-(ignore|nocheck)\b/, 'an unchecked type'],
    [/\bregistry\.[a-z]/, 'a registry'],
  ];
  const complaints = (text: string): string[] =>
    unwanted.flatMap(([word, complaint]) => (word.test(text) ? [complaint] : []));

  test('are finished and know no machine', () => {
    const found = files
      .filter((path) => path !== 'tests/house.test.ts' && path !== 'LICENSE')
      .flatMap((path) =>
        readText(path)
          .split('\n')
          .flatMap((line, index) =>
            complaints(line).map((complaint) => `${path}:${index + 1}: ${complaint}`),
          ),
      );
    expect(found).toEqual([]);
    expect(readText('package-lock.json')).not.toMatch(/"resolved": "https?:/);
  });

  test.each([
    ['// TODO: tidy', ['unfinished']],
    ["throw new Error('not implemented');", ['unfinished']],
    ["reply('502 5.5.1 Command not implemented')", []],
    ["open('/tmp/socket')", ['a path of one machine']],
    ["test.skip('later')", ['a test that does not run']],
  ])('%s', (line, expected) => {
    expect(complaints(line)).toEqual(expected);
  });
});
