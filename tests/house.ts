/**
 * The house as its floors: an import may run along a floor or down, never up. A path belongs to the longest entry
 * that is its folder or the file itself; a module that belongs to none has no place in the house.
 */

const floors: readonly (readonly string[])[] = [
  ['bench'],
  ['cli'],
  ['index.ts'],
  ['reports'],
  ['scenarios'],
  ['simulator'],
  ['client/client.ts'],
  ['client/postfix'],
  ['client/deliverer.ts'],
  ['client/deliver.ts', 'client/dispatch.ts'],
  ['client/servers.ts'],
  ['client/session'],
  ['client/sasl', 'client/tls'],
  ['client/wire'],
  ['client/dns'],
  ['client/content'],
  ['client/outcome'],
  ['client/config', 'client/tables'],
  // The vocabulary of the client: what is asked, what is told, how names and addresses are written. Of `content/`
  // and `dns/` only the shape of a message and the syntax of names belong to it.
  [
    'client/address.ts',
    'client/content/message.ts',
    'client/decision.ts',
    'client/destination.ts',
    'client/dns/domain-name.ts',
    'client/dns/hostname.ts',
    'client/events.ts',
    'client/explain.ts',
    'client/reply.ts',
    'client/request.ts',
  ],
  ['client/platform'],
];

/** 0 is the top floor; undefined: no place in the house. */
export function floorOf(path: string): number | undefined {
  let best: { floor: number; length: number } | undefined;
  for (const [floor, entries] of floors.entries()) {
    for (const entry of entries) {
      const inside = path === entry || path.startsWith(`${entry}/`);
      if (inside && entry.length > (best?.length ?? 0)) best = { floor, length: entry.length };
    }
  }
  return best?.floor;
}

/** Whether a module may import another; what has no place in the house may be imported by nobody in it. */
export function mayImport(importer: string, imported: string): boolean {
  const from = floorOf(importer);
  const to = floorOf(imported);
  return from !== undefined && to !== undefined && from <= to;
}

/** The first cycle found in a graph, as the path around it, or undefined. */
export function findCycle(graph: ReadonlyMap<string, readonly string[]>): string[] | undefined {
  const done = new Set<string>();
  const path: string[] = [];
  const visit = (node: string): string[] | undefined => {
    const start = path.indexOf(node);
    if (start >= 0) return [...path.slice(start), node];
    if (done.has(node)) return undefined;
    path.push(node);
    for (const next of graph.get(node) ?? []) {
      const cycle = visit(next);
      if (cycle) return cycle;
    }
    path.pop();
    done.add(node);
    return undefined;
  };
  for (const node of graph.keys()) {
    const cycle = visit(node);
    if (cycle) return cycle;
  }
  return undefined;
}
