/** The real `postmap -q`, asked for all samples. */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { deflateRawSync } from 'node:zlib';
import { findProgram, type PeerProgram } from '../../scenarios/senders/peers.ts';
import { dynamicMapsCf, mainCf } from '../../scenarios/senders/postfix/configuration.ts';
import { findInstallation } from '../../scenarios/senders/postfix/installation.ts';
import type { Answer, KeptAnswers } from './answers.ts';
import type { Sample } from './sample.ts';
import { environment } from './samples.ts';

/** A failing postmap sleeps for a second: they do it together. */
const JOBS = 24;
const LIMIT_MS = 20_000;

export interface FoundAnswers extends Pick<KeptAnswers, 'version' | 'databases'> {
  /** One for each sample; undefined where the type of its table is not installed. */
  readonly answers: readonly (KeptAnswers['answers'][number] | undefined)[];
}

/** Undefined where there is no Postfix. */
export async function askPostmap(samples: readonly Sample[]): Promise<FoundAnswers | undefined> {
  const postmap = await findProgram('postfix', 'usr/sbin/postmap');
  const installation = await findInstallation();
  if (postmap === undefined || installation === undefined) return undefined;
  const { version, plugIns } = installation;
  const folder = await mkdtemp(join(tmpdir(), 'postmap-'));
  try {
    const folders = { config: join(folder, 'config'), queue: folder, data: folder };
    await mkdir(folders.config);
    await writeFile(
      join(folders.config, 'main.cf'),
      mainCf({ ...installation, folders, hostname: 'client.test' }),
    );
    await writeFile(join(folders.config, 'dynamicmaps.cf'), withMakers(dynamicMapsCf(plugIns)));
    const asker = new Asker(postmap, folder);
    const databases: KeptAnswers['databases'] = {};
    for (const [index, sample] of samples.entries()) {
      const made = await asker.prepare(sample, index);
      if (Object.keys(made).length > 0) databases[index] = made;
    }
    const lookups = samples.flatMap((sample, index) =>
      isInstalled(sample, plugIns) ? sample.keys.map((key) => ({ index, table: sample.table, key })) : [],
    );
    const found = await inParallel(lookups, async ({ index, table, key }) => ({
      index,
      key,
      answer: await asker.ask(index, table, key),
    }));
    const answers = samples.map((sample, index) => {
      if (!isInstalled(sample, plugIns)) return undefined;
      const own = found.filter((lookup) => lookup.index === index);
      return { table: sample.table, keys: Object.fromEntries(own.map(({ key, answer }) => [key, answer])) };
    });
    return { version, answers, databases };
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** In the last column, the functions that make databases. */
function withMakers(text: string): string {
  return text.replace(/^(cdb|lmdb)\t.*/gm, '$&\tmkmap_$1_open');
}

/** Types that are packages of their own. */
const PLUG_INS = ['pcre', 'cdb', 'lmdb', 'sqlite'];

function isInstalled({ table }: Sample, plugIns: ReadonlyMap<string, string>): boolean {
  const type = table.slice(0, table.indexOf(':'));
  return !PLUG_INS.includes(type) || plugIns.has(type);
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
