/**
 * Tables that ask other tables: `unionmap:{type:name, ...}`, `pipemap:{type:name, ...}` and `debug:type:name`.
 *
 * The first of the others decides whether the whole counts as one of keys: then the key is folded, if keys are, before any is asked.
 */
import type { OpenContext, OtherOpener, TableOpener } from './opener.ts';
import { bracedItems } from './source.ts';
import { type Table, TableError } from './table.ts';

/** All that the tables answer, between commas. Empty answers together are none. */
export const openUnion: TableOpener = async (name, label, { fold }, openOther) => {
  const tables = await openAll('unionmap', name, openOther);
  return combined(label, tables, fold, async (key, signal) => {
    let joined = '';
    for (const table of tables) {
      const answer = await table.lookup(key, signal);
      if (answer !== undefined) joined += joined === '' ? answer : `,${answer}`;
    }
    return joined === '' ? undefined : joined;
  });
};

/** The answer of each table is the key of the next one. */
export const openPipe: TableOpener = async (name, label, { fold }, openOther) => {
  const tables = await openAll('pipemap', name, openOther);
  return combined(label, tables, fold, async (key, signal) => {
    let answer: string | undefined = key;
    for (const table of tables) {
      answer = await table.lookup(answer, signal);
      if (answer === undefined) return undefined;
    }
    return answer;
  });
};

/** Tells the log of each query. */
export const openDebug: TableOpener = async (name, label, { note }, openOther) => {
  const table = await openOther(name);
  const tell = (key: string, result: string) => note(`${name} lookup: "${key}" = "${result}"`);
  const lookup: Table['lookup'] = async (key, signal) => {
    try {
      const answer = await table.lookup(key, signal);
      tell(key, answer ?? 'not_found');
      return answer;
    } catch (error) {
      if (error instanceof TableError) tell(key, 'error');
      throw error;
    }
  };
  return { ...table, name: label, lookup };
};

async function openAll(type: string, name: string, openOther: OtherOpener): Promise<Table[]> {
  const texts = bracedItems(name);
  if (texts === undefined || !texts.every((text) => text.includes(':')))
    throw new TableError(`bad syntax: "${type}:${name}"; need "${type}:{type:name...}"`);
  const tables: Table[] = [];
  for (const text of texts) tables.push(await openOther(text));
  return tables;
}

function combined(
  label: string,
  [first]: readonly Table[],
  fold: OpenContext['fold'],
  lookup: Table['lookup'],
): Table {
  if (first?.keyed !== true) return { name: label, lookup };
  return { name: label, keyed: true, lookup: (key, signal) => lookup(fold(key), signal) };
}
