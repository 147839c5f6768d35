/** Reads what page-data.ts wrote: base64 of compressed columns. */
import { unpackColumns } from '../columns.ts';

/**
 * The value in an element, or undefined when there is no such element.
 * @throws what went wrong when it is damaged
 */
export async function readElement(document: Document, id: string): Promise<unknown> {
  const text = document.getElementById(id)?.textContent;
  if (text === undefined) return undefined;
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  for (let at = 0; at < binary.length; at += 1) bytes[at] = binary.charCodeAt(at);
  const plain = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate'));
  return unpackColumns(await new Response(plain).json());
}
