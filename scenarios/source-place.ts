/** Where in its file a scenario is written, for whoever has to open it. */

/**
 * The line, from 1, of the string that is the id or its name. Families put names together: the longest beginning that
 * stands there has to do then, and where there is none, the answer is undefined.
 * @param id `suite/name`: lower-case letters, digits, dots, hyphens and low lines
 * @param text the content of the file
 */
export function lineOf(id: string, text: string): number | undefined {
  const [suite = '', name = ''] = id.split('/', 2);
  const words = name.split('-');
  for (let kept = words.length; kept > 0; kept -= 1) {
    const stem = words.slice(0, kept).join('-').replaceAll('.', '\\.');
    for (const start of [`${suite}/`, '']) {
      const at = text.search(new RegExp(`['"\`]${start}${stem}(?:['"\`]|-?\\$\\{)`));
      if (at >= 0) return text.slice(0, at).split('\n').length;
    }
  }
  return undefined;
}
