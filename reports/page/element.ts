/**
 * Reads what page-data.ts wrote: base64 of compressed columns. Every text is made legible here, on its way in, so that
 * no view can show what a peer wrote to disguise something.
 */
import { type Packed, unpackColumns } from '../columns.ts';
import { legible } from '../format.ts';

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
  const packed: Packed = await new Response(plain).json();
  return unpackColumns({ ...packed, texts: packed.texts.map(legible) });
}
