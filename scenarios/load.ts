/**
 * Finds scenarios: the built-in suites, by listing their folder, and files that users name.
 *
 * A file that cannot be read, throws, does not type-check, or exports something else becomes a LoadError of one line.
 */
import { execFile } from 'node:child_process';
import { hash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { isScenario, type Scenario } from './scenario.ts';
import { lineOf } from './source-place.ts';
import { within } from './time-limit.ts';

export interface LoadedScenario {
  readonly scenario: Scenario;
  /** Absolute path of the file that it came from. */
  readonly file: string;
}

export class LoadError extends Error {
  override readonly name = 'LoadError';
}

const HERE = dirname(fileURLToPath(import.meta.url));
const SUITES = join(HERE, 'suites');
const PROJECT = dirname(HERE);
const DEFINITION_DIGITS = 16;
const LOAD_LIMIT_MS = 10_000;
const TYPE_CHECK_LIMIT_MS = 60_000;

/** Every scenario of the built-in suites, in order of files. `folder` is for tests. */
export async function loadSuites(folder = SUITES): Promise<LoadedScenario[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(
    (error: NodeJS.ErrnoException) => {
      throw new LoadError(`no scenarios in ${folder}: ${error.code ?? error.message}`);
    },
  );
  const files = entries
    .filter((entry) => entry.isFile() && isScenarioFile(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  const loaded: LoadedScenario[] = [];
  for (const file of files) loaded.push(...(await importScenarios(file)));
  checkUnique(loaded);
  return loaded;
}

/** Scenarios of a file that somebody named on the command line; it is type-checked when a compiler is installed. */
export async function loadFile(path: string): Promise<LoadedScenario[]> {
  const file = resolve(path);
  const found = await stat(file).catch(() => undefined);
  if (found === undefined) throw new LoadError(`${path}: no such file`);
  if (!found.isFile()) throw new LoadError(`${path}: not a file`);
  if (file.endsWith('.ts')) await typeCheck(file, path);
  const loaded = await importScenarios(file);
  checkUnique(loaded);
  return loaded.map((entry) => ({ ...entry, scenario: { ...entry.scenario, selector: path } }));
}

/** By its name alone. */
export function isScenarioFile(name: string): boolean {
  return /\.(?:ts|js)$/.test(name) && !/\.(?:test|d)\.(?:ts|js)$/.test(name) && !name.startsWith('_');
}

async function importScenarios(file: string): Promise<LoadedScenario[]> {
  const shown = relative(process.cwd(), file);
  let module: { readonly default?: unknown };
  try {
    module = await within(LOAD_LIMIT_MS, 'loading', import(pathToFileURL(file).href));
  } catch (error) {
    throw new LoadError(`${shown}: ${firstLine(error)}`);
  }
  const placed = placedFile(file);
  const text = await readFile(file, 'utf8');
  const definition = hash('sha256', text, 'hex').slice(0, DEFINITION_DIGITS);
  const exported: readonly unknown[] = Array.isArray(module.default) ? module.default : [module.default];
  if (module.default === undefined || exported.length === 0) {
    throw new LoadError(`${shown}: exports no scenario; write \`export default scenario(...)\``);
  }
  return exported.map((value) => {
    if (!isScenario(value)) {
      throw new LoadError(`${shown}: the default export is no scenario(...) and no array of them`);
    }
    const line = lineOf(value.id, text);
    const place = { file: placed, ...(line !== undefined && { line }), definition };
    return { scenario: { ...value, place }, file };
  });
}

/** What is inside our own project is named from its root, wherever the command runs; everything else from there. */
function placedFile(file: string): string {
  const own = relative(PROJECT, file);
  const path =
    own.startsWith('..') || own.split(sep).includes('node_modules') ? relative(process.cwd(), file) : own;
  return path.split(sep).join('/');
}

function checkUnique(loaded: readonly LoadedScenario[]): void {
  const files = new Map<string, string>();
  for (const { scenario, file } of loaded) {
    const other = files.get(scenario.id);
    if (other !== undefined) {
      const where =
        other === file
          ? relative(process.cwd(), file)
          : `${relative(process.cwd(), other)} and ${relative(process.cwd(), file)}`;
      throw new LoadError(`two scenarios are called '${scenario.id}', in ${where}; rename one`);
    }
    files.set(scenario.id, file);
  }
}

/** Node only strips types; a wrong one would show up as something odd at run time, or not at all. */
async function typeCheck(file: string, shown: string): Promise<void> {
  const compiler = findCompiler(file);
  if (compiler === undefined) return;
  const options = [
    '--noEmit',
    '--ignoreConfig',
    '--strict',
    '--skipLibCheck',
    '--pretty',
    'false',
    '--target',
    'es2024',
    '--module',
    'nodenext',
    '--allowImportingTsExtensions',
    '--resolveJsonModule',
    '--types',
    '',
  ];
  const output = await new Promise<string>((done, fail) => {
    execFile(
      process.execPath,
      [compiler, ...options, file],
      { timeout: TYPE_CHECK_LIMIT_MS, maxBuffer: 16 * 1024 * 1024 },
      (error, stdout) => {
        if (error?.killed === true)
          fail(new LoadError(`${shown}: the type check took more than ${TYPE_CHECK_LIMIT_MS} ms`));
        else done(error === null ? '' : stdout);
      },
    );
  });
  const diagnostic = output.split('\n').find((line) => /\berror TS\d+:/.test(line));
  if (diagnostic === undefined) return;
  const [, place = '', text = diagnostic] = /\((\d+,\d+)\): error (.*)$/.exec(diagnostic) ?? [];
  throw new LoadError(`${shown}${place === '' ? '' : `:${place.replace(',', ':')}`}: ${text}`);
}

/** The user's own compiler, else the one beside us. */
function findCompiler(file: string): string | undefined {
  for (const from of [file, fileURLToPath(import.meta.url)]) {
    try {
      const path = join(dirname(createRequire(from).resolve('typescript/package.json')), 'bin', 'tsc');
      if (existsSync(path)) return path;
    } catch {
      // Not installed there.
    }
  }
  return undefined;
}

function firstLine(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return (
    text
      .split('\n')
      .find((line) => line.trim() !== '')
      ?.trim() ?? 'an error without a message'
  );
}
