/**
 * A plain value as columns, which deflate packs several times better than the same value as JSON: all that stands in
 * one place of the shape (the texts of the lines of all dialogues, say) is one column, a text is its number in a
 * table, and equal lists are written once. Pure: `packColumns` runs where the page is written, `unpackColumns` in it.
 *
 * Members keep their order; one that is undefined is left out, as in JSON. Lists that were equal are one list in what
 * is unpacked, so nobody may change it.
 */

export interface Packed {
  readonly texts: readonly string[];
  /** The names of the members of each kind of object. */
  readonly shapes: readonly (readonly string[])[];
  readonly root: Column;
}

/** The values of one place, in the order they occur. Numbers of texts and lists are stored as the step from the one before. */
type Column =
  /** Numbers, booleans and null. */
  | { readonly plain: readonly unknown[] }
  | { readonly text: readonly number[] }
  /** Which of the different lists each is; their lengths, and their items one after another. */
  | { readonly list: readonly number[]; readonly lengths: readonly number[]; readonly items: Column }
  /** The shape of each object, and the values of its members. */
  | { readonly shape: readonly number[]; readonly members: readonly (readonly [string, Column])[] }
  /** Values of several kinds: which kind is next. */
  | { readonly kind: readonly number[]; readonly kinds: readonly Column[] };

export function packColumns(value: unknown): Packed {
  const texts = new Numbered<string>();
  const shapes = new Numbered<readonly string[]>();
  return { root: pack([value], texts, shapes), texts: texts.values, shapes: shapes.values };
}

/** Different values by a text that tells them apart, each with its place in the order of their first use. */
class Numbered<T> {
  readonly values: T[] = [];
  readonly #places = new Map<string, number>();

  place(key: string, value: T): number {
    const known = this.#places.get(key);
    if (known !== undefined) return known;
    this.#places.set(key, this.values.length);
    return this.values.push(value) - 1;
  }
}

function pack(
  values: readonly unknown[],
  texts: Numbered<string>,
  shapes: Numbered<readonly string[]>,
): Column {
  const groups = Map.groupBy(values, kindOf);
  if (groups.size > 1) {
    const order = [...groups.keys()];
    return {
      kind: values.map((value) => order.indexOf(kindOf(value))),
      kinds: [...groups.values()].map((group) => pack(group, texts, shapes)),
    };
  }
  const [first] = values;
  if (typeof first === 'string') {
    return { text: steps((values as string[]).map((text) => texts.place(text, text))) };
  }
  if (Array.isArray(first)) {
    const lists = new Numbered<readonly unknown[]>();
    // A list without another one beside it has no equal, and may be the whole report.
    const places = (values as unknown[][]).map((list) =>
      lists.place(values.length === 1 ? '' : JSON.stringify(list), list),
    );
    return {
      list: steps(places),
      lengths: lists.values.map(({ length }) => length),
      items: pack(lists.values.flat(), texts, shapes),
    };
  }
  if (typeof first !== 'object' || first === null) return { plain: values };
  const members = new Map<string, unknown[]>();
  const shape = (values as object[]).map((object) => {
    const present = Object.entries(object).filter(([, member]) => member !== undefined);
    for (const [name, member] of present) {
      const column = members.get(name);
      if (column === undefined) members.set(name, [member]);
      else column.push(member);
    }
    const names = present.map(([name]) => name);
    return shapes.place(JSON.stringify(names), names);
  });
  return { shape, members: [...members].map(([name, column]) => [name, pack(column, texts, shapes)]) };
}

function kindOf(value: unknown): string {
  if (Array.isArray(value)) return 'list';
  return value === null || typeof value === 'boolean' ? 'number' : typeof value;
}

function steps(places: readonly number[]): number[] {
  return places.map((place, index) => place - (places[index - 1] ?? 0));
}

export function unpackColumns({ root, texts, shapes }: Packed): unknown {
  return unpack(root, texts, shapes)[0];
}

function unpack(column: Column, texts: Packed['texts'], shapes: Packed['shapes']): readonly unknown[] {
  if ('plain' in column) return column.plain;
  if ('text' in column) return placesOf(column.text).map((place) => texts[place]);
  if ('list' in column) {
    const items = unpack(column.items, texts, shapes);
    let end = 0;
    const lists = column.lengths.map((length) => {
      end += length;
      return items.slice(end - length, end);
    });
    return placesOf(column.list).map((place) => lists[place]);
  }
  if ('kind' in column) {
    const kinds = column.kinds.map((each) => unpack(each, texts, shapes).values());
    return column.kind.map((kind) => kinds[kind]?.next().value);
  }
  const members = new Map(
    column.members.map(([name, member]) => [name, { values: unpack(member, texts, shapes), used: 0 }]),
  );
  const sources = shapes.map((names) =>
    names.map((name) => ({ name, member: members.get(name) ?? { values: [], used: 0 } })),
  );
  return column.shape.map((shape) => {
    const object: Record<string, unknown> = {};
    for (const { name, member } of sources[shape] ?? []) {
      const value = member.values[member.used];
      member.used += 1;
      // A server may name a member so that a plain assignment would change what the object is.
      if (name === '__proto__') Object.defineProperty(object, name, { value, enumerable: true });
      else object[name] = value;
    }
    return object;
  });
}

function placesOf(steps: readonly number[]): number[] {
  let place = 0;
  return steps.map((step) => {
    place += step;
    return place;
  });
}
