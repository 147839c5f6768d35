/** Files with scenarios, good and bad; selectors. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type LoadedScenario, loadFile, loadSuites } from './load.ts';
import { select } from './select.ts';

const language = join(import.meta.dirname, 'scenario.ts');
const good = (id: string) => `
import { bounced, message, scenario } from ${JSON.stringify(language)};
export default scenario('${id}', {
  title: 'A title', clauses: ['rfc5321-5.1-08'], tags: ['mine'],
  send: message({ to: 'user@example.test' }), expect: [bounced('user@example.test')],
});
`;
let folder = '';
let files = 0;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nexthop-scenarios-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function file(content: string, extension = 'js'): Promise<string> {
  files += 1;
  const path = join(folder, `file-${files}.${extension}`);
  await writeFile(
    path,
    extension === 'js' ? content.replaceAll(language, pathToFileURL(language).href) : content,
  );
  return path;
}

describe('files', () => {
  test('the built-in suites load', async () => {
    const loaded = await loadSuites();
    expect(loaded.length).toBeGreaterThan(5);
    for (const { scenario, file: origin } of loaded) expect(origin).toContain(`suites/${scenario.suite}/`);
  });
  test('a file with a scenario', async () => {
    const [loaded] = await loadFile(await file(good('mine/one')));
    expect(loaded?.scenario.id).toBe('mine/one');
  });
  test.each([
    ['throws', "throw new Error('first line\\nsecond line');", /file-\d+\.js: first line$/],
    ['has a syntax error', 'export default {', /file-\d+\.js: .+/],
    ['imports what is not there', "import './nothing.js';", /file-\d+\.js: .*nothing\.js/],
    ['exports nothing', 'export const a = 1;', /exports no scenario/],
    ['exports rubbish', 'export default 7;', /no scenario\(\.\.\.\) and no array/],
    ['exports an empty array', 'export default [];', /exports no scenario/],
    ['exports rubbish in an array', 'export default [{}];', /no scenario\(\.\.\.\) and no array/],
  ])('one that %s is told in one line', async (_, content, text) => {
    const failure = await loadFile(await file(content)).catch((error: unknown) => error);
    expect(failure).toMatchObject({ name: 'LoadError', message: expect.stringMatching(text) });
    expect(failure).toMatchObject({ message: expect.stringMatching(/^[^\n]*$/) });
  });
  test('the same id twice', async () => {
    const twice = good('mine/two').replace('export default', 'const one =');
    await expect(loadFile(await file(`${twice}export default [one, one];`))).rejects.toThrow(
      "two scenarios are called 'mine/two'",
    );
  });
  test('one that is not there', async () => {
    await expect(loadFile(join(folder, 'none.ts'))).rejects.toThrow('no such file');
  });
  test('types of a right file are right', { timeout: 60_000 }, async () => {
    const [loaded] = await loadFile(await file(good('mine/typed'), 'ts'));
    expect(loaded?.scenario.id).toBe('mine/typed');
  });
  test('a wrong type is found although nothing would fail at run time', { timeout: 60_000 }, async () => {
    const wrong = await file(`${good('mine/three')}\nconst size: number = 'many';\nvoid size;\n`, 'ts');
    await expect(loadFile(wrong)).rejects.toThrow(/file-\d+\.ts:\d+:\d+: TS2322: Type 'string'/);
  });
});

describe('selectors', () => {
  const ids = async (...selectors: string[]) =>
    (await select(await loadSuites(), selectors)).map((entry) => entry.scenario.id);

  test('none selects all, in order', async () => {
    const all = await ids();
    expect(all).toEqual([...all].sort());
    expect(all.length).toBe((await loadSuites()).length);
  });
  test.each(['dns/implicit-mx', 'dns/implicit*', 'dns', 'rfc5321-5.1-07'])('%s', async (selector) => {
    expect(await ids(selector)).toContain('dns/implicit-mx');
  });
  test('two that overlap select once', async () => {
    const both = await ids('dns', 'dns/*');
    expect(new Set(both).size).toBe(both.length);
  });
  test('a tag and a file', async () => {
    const path = await file(good('mine/four'));
    const loaded: LoadedScenario[] = await loadFile(path);
    expect((await select(loaded, ['mine'])).length).toBe(1);
    const [chosen] = await select([], [path]);
    expect(chosen?.scenario).toMatchObject({ id: 'mine/four', selector: path });
  });
  test.each([
    ['dns/implicit-nx', "no scenario matches 'dns/implicit-nx', did you mean 'dns/implicit-mx'?"],
    ['zzzzzzzzzzzzzzzzzzzzzzz', '`nexthop list` shows them'],
    ['nowhere/file.ts', 'nowhere/file.ts: no such file'],
  ])('%s matches nothing', async (selector, text) => {
    await expect(ids(selector)).rejects.toThrow(text);
  });
});
