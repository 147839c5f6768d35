/** The real `postmap -q`, asked for all samples. */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { deflateRawSync } from 'node:zlib';
import { askProgram, findProgram, type PeerProgram } from '../../scenarios/senders/peers.ts';
import type { Answer, KeptAnswers } from './answers.ts';
import { environment, type Sample } from './samples.ts';

/** A failing postmap sleeps for a second: they do it together. */
const JOBS = 24;
const LIMIT_MS = 20_000;

/** Undefined where there is no Postfix. */
export async function askPostmap(samples: readonly Sample[]): Promise<KeptAnswers | undefined> {
  const postmap = await findProgram('postfix', 'usr/sbin/postmap');
  const postconf = await findProgram('postfix', 'usr/sbin/postconf');
  if (postmap === undefined || postconf === undefined) return undefined;
  const [, version = ''] =
    /^mail_version = (\S+)$/m.exec((await askProgram(postconf, ['-d', 'mail_version'])) ?? '') ?? [];
  const folder = await mkdtemp(join(tmpdir(), 'postmap-'));
  try {
    // Users and a group of every system; releases ask for the level before smtputf8_enable is on.
    const text = 'compatibility_level = 3.6\nmail_owner = daemon\nsetgid_group = bin\n';
    await mkdir(join(folder, 'config'));
    await writeFile(join(folder, 'config/main.cf'), text);
    const asker = new Asker(postmap, folder);
    const databases: KeptAnswers['databases'] = {};
    for (const [index, sample] of samples.entries()) {
      const made = await asker.prepare(sample, index);
      if (Object.keys(made).length > 0) databases[index] = made;
    }
    const lookups = samples.flatMap(({ table, keys }, index) => keys.map((key) => ({ index, table, key })));
    const found = await inParallel(lookups, ({ index, table, key }) => asker.ask(index, table, key));
    const answers = samples.map(({ table, keys }, index) => ({
      table,
      keys: Object.fromEntries(
        keys.map((key) => {
          const at = lookups.findIndex((lookup) => lookup.index === index && lookup.key === key);
          return [key, found[at] ?? {}];
        }),
      ),
    }));
    return { version, answers, databases };
  } finally {
    await rm(folder, { recursive: true });
  }
}

class Asker {
  readonly #postmap: PeerProgram;
  readonly #folder: string;

  constructor(postmap: PeerProgram, folder: string) {
    this.#postmap = postmap;
    this.#folder = folder;
  }

  /** Writes the files of a sample; returns the databases that are made of them. */
  async prepare({ files = {}, databases = [] }: Sample, index: number): Promise<Record<string, string>> {
    const folder = join(this.#folder, String(index));
    await mkdir(folder);
    for (const [name, content] of Object.entries(files)) {
      await mkdir(dirname(join(folder, name)), { recursive: true });
      await writeFile(join(folder, name), content);
    }
    for (const database of databases) await this.#run(index, [database]);
    const made: Record<string, string> = {};
    for (const name of await readdir(folder)) {
      if (files[name] === undefined)
        made[name] = deflateRawSync(await readFile(join(folder, name))).toString('base64');
    }
    return made;
  }

  async ask(index: number, table: string, key: string): Promise<Answer> {
    const { stdout, stderr } = await this.#run(index, ['-q', key, table]);
    const lines = stderr.split('\n').filter((line) => line !== '');
    const failed = lines.some((line) => line.startsWith('postmap: fatal: '));
    const log = lines
      .filter((line) => !OF_POSTMAP.test(line))
      .map((line) => line.replace(/^postmap: (warning|fatal): /, ''));
    return {
      ...(!failed && { value: stdout === '' ? null : stdout.replace(/\n$/, '') }),
      ...(log.length > 0 && { log }),
    };
  }

  #run(index: number, words: readonly string[]): Promise<{ stdout: string; stderr: string }> {
    const { path, env } = this.#postmap;
    const options = {
      cwd: join(this.#folder, String(index)),
      env: { ...env, ...environment, LC_ALL: 'C' },
      timeout: LIMIT_MS,
    };
    return new Promise((resolve) => {
      const args = ['-c', join(this.#folder, 'config'), ...words];
      execFile(path, args, options, (_error, stdout, stderr) => resolve({ stdout, stderr }));
    });
  }
}

/** What it says of lookups that have failed, and of empty answers: that is not the tables' word. */
const OF_POSTMAP =
  /^postmap: (?:fatal: table .*: query error|warning: table .*(?:: empty string result is not allowed|should return NO RESULT))/;

async function inParallel<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < items.length) {
      const index = next++;
      const item = items[index];
      if (item !== undefined) results[index] = await work(item);
    }
  };
  await Promise.all(Array.from({ length: JOBS }, worker));
  return results;
}
