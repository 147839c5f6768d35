import type { Node } from './nodes.ts';
import { UnsupportedError } from './pcre/mistake.ts';

/** How many characters a node matches: what a look behind goes back. Undefined when that varies. */
export function widthOf(node: Node): number | undefined {
  switch (node.kind) {
    case 'set':
      return 1;
    case 'sequence':
      return node.items
        .map(widthOf)
        .reduce((sum, width) => (sum === undefined || width === undefined ? undefined : sum + width), 0);
    case 'choice': {
      const [first, ...rest] = node.options.map(widthOf);
      return rest.every((width) => width === first) ? first : undefined;
    }
    case 'repeat': {
      const width = widthOf(node.item);
      return node.min === node.max && width !== undefined ? node.min * width : undefined;
    }
    case 'group':
    case 'atomic':
      return widthOf(node.item);
    case 'look':
    case 'assertion':
    case 'took':
    case 'within':
      return 0;
    case 'reference':
    case 'call':
      throw new UnsupportedError('a reference in a look behind');
  }
}
