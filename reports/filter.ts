/**
 * What one types into a filter box: words that must all occur, and conditions such as `verdict:failed`.
 *
 *     greeting timeout            both words, anywhere in the text of an entry, in any letter case
 *     "not delivered"             the words in this order
 *     suite:tls verdict:failed    the member has this value; `*` stands for anything
 *     verdict:failed verdict:non-strict   one of the two
 *     -sender:exim -timeout       not this
 *
 * What stands before a colon and is no member's name is a word like any other: `postfix:smtp_helo_timeout`. Pure: the
 * page uses it in a browser.
 */

export interface Filter {
  readonly terms: readonly FilterTerm[];
}

export interface FilterTerm {
  /** The member it is about; absent for a word. */
  readonly name?: string;
  /** In lower case, without quotes. */
  readonly value: string;
  readonly not: boolean;
}

/** What can be asked of an entry. Texts and lists that entries share are looked at once. */
export interface Searched<T> {
  readonly texts: (entry: T) => readonly string[];
  readonly members: Readonly<Record<string, (entry: T) => string | readonly string[]>>;
}

/** @param names of the members that can be asked for */
export function parseFilter(text: string, names: readonly string[]): Filter {
  const terms = Array.from(
    text.toLowerCase().matchAll(/(-?)((?:"[^"]*"?|[^\s"])*)/g),
    ([, minus, raw = '']) => {
      const not = minus === '-';
      const name = names.find((each) => raw.startsWith(`${each}:`));
      const value = (name === undefined ? raw : raw.slice(name.length + 1)).replaceAll('"', '');
      return { ...(name !== undefined && { name }), value, not };
    },
  );
  // A condition that is being typed does not empty the list.
  return { terms: terms.filter(({ value }) => value !== '') };
}

export function matcher<T>(text: string, { texts, members }: Searched<T>): (entry: T) => boolean {
  const { terms } = parseFilter(text, Object.keys(members));
  const words = terms.filter(({ name }) => name === undefined);
  const conditions = [
    ...Map.groupBy(
      terms.filter(({ name }) => name !== undefined),
      ({ name, not }) => `${not} ${name}`,
    ).values(),
  ];
  const tests = [
    ...words.map(({ value, not }) => {
      const holds = once((each: string) => each.toLowerCase().includes(value));
      return (entry: T) => texts(entry).some(holds) !== not;
    }),
    ...conditions.map((group) => {
      const [{ name = '', not } = { name: '', not: false }] = group;
      const holds = once((each: string) => group.some(({ value }) => matches(each.toLowerCase(), value)));
      const some = once((each: string | readonly string[]) =>
        typeof each === 'string' ? holds(each) : each.some(holds),
      );
      const member = members[name];
      return (entry: T) => member !== undefined && some(member(entry)) !== not;
    }),
  ];
  return (entry) => tests.every((test) => test(entry));
}

/** Whether the whole text is the value, in which each `*` stands for anything. */
function matches(text: string, value: string): boolean {
  const [head = '', ...rest] = value.split('*');
  const tail = rest.pop();
  if (tail === undefined) return text === head;
  if (!text.startsWith(head) || !text.endsWith(tail)) return false;
  let at = head.length;
  for (const part of rest) {
    const found = text.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return at <= text.length - tail.length;
}

/** A hundred thousand entries have few different texts. */
function once<K>(ask: (key: K) => boolean): (key: K) => boolean {
  const answers = new Map<K, boolean>();
  return (key) => {
    const known = answers.get(key);
    if (known !== undefined) return known;
    const answer = ask(key);
    answers.set(key, answer);
    return answer;
  };
}
