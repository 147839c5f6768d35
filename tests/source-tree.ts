/** The project's own files and what each module imports, read with a real parser, for the tests of the house. */
import { readdirSync, readFileSync } from 'node:fs';
import { extname, join, posix } from 'node:path';
import { type ParseResult, parseSync } from 'vite';

export const root = join(import.meta.dirname, '..');

/** Folders that hold what was installed, built or reported, at any depth. */
const foreignFolders = new Set(['node_modules', '.git', 'dist', 'nexthop-report', 'coverage', '.peers']);

/** Written by a tool, so nobody's style; `.git` is a file where a worktree is of another folder. */
const generatedFiles = new Set(['.git', 'package-lock.json', 'reports/page/template.html']);

/** Paths of all files that people write, relative to the project, with slashes, sorted. */
export function projectFiles(): string[] {
  const files: string[] = [];
  const visit = (folder: string): void => {
    for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
      const path = posix.join(folder, entry.name);
      if (entry.isDirectory()) {
        if (!foreignFolders.has(entry.name)) visit(path);
      } else if (entry.isFile() && !generatedFiles.has(path) && extname(path) !== '.tgz') {
        files.push(path);
      }
    }
  };
  visit('');
  return files.sort();
}

export const readText = (path: string): string => readFileSync(join(root, path), 'utf8');

export const isModule = (path: string): boolean => /\.tsx?$/.test(path);
export const isTest = (path: string): boolean => path.endsWith('.test.ts');

export const parseModule = (path: string, source = readText(path)): ParseResult => {
  const parsed = parseSync(path, source, { lang: path.endsWith('x') ? 'tsx' : 'ts' });
  const [error] = parsed.errors;
  if (error) throw new Error(`${path}: ${error.message}`);
  return parsed;
};

/** What a module imports or re-exports, types included, as written. */
export function importSpecifiers(path: string, source = readText(path)): string[] {
  const { module } = parseModule(path, source);
  const statements = [
    ...module.staticImports.map((statement) => statement.moduleRequest),
    ...module.staticExports.flatMap((statement) => statement.entries.map((entry) => entry.moduleRequest)),
  ].flatMap((request) => (request ? [request.value] : []));
  const dynamic = module.dynamicImports.flatMap(({ moduleRequest: { start, end } }) => {
    const literal = /^(['"])(.+)\1$/.exec(source.slice(start, end));
    return literal?.[2] ? [literal[2]] : [];
  });
  return [...new Set([...statements, ...dynamic])];
}

/** The project's own modules that a module imports, relative to the project. */
export const importedModules = (path: string, source = readText(path)): string[] =>
  importSpecifiers(path, source)
    .filter((specifier) => specifier.startsWith('.'))
    .map((specifier) => posix.join(posix.dirname(path), specifier));
