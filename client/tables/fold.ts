/** Keys in one case, as Unicode folds it for comparison: `Straße` and `STRASSE` are the same key. */

const LAST_OF_ASCII = 0x7f;
/** Letters whose folded form is the capital one: the small ones came later. */
const CHEROKEE = /[\u13a0-\u13fd\uab70-\uabbf]/;
const SHARP_S = '\u1e9e';
const DOTLESS_I = '\u0131';

export function foldCase(key: string): string {
  return isAscii(key) ? key.toLowerCase() : Array.from(key, foldCharacter).join('');
}

/** For keys whose case counts, or that are in one case already. */
export const asItIs = (key: string): string => key;

/** Faster than a pattern, which counts where a table has a million keys. */
function isAscii(text: string): boolean {
  for (let at = 0; at < text.length; at += 1) if (text.charCodeAt(at) > LAST_OF_ASCII) return false;
  return true;
}

/** The small letters of the capital ones: `ß` becomes `SS`, then `ss`. */
function foldCharacter(character: string): string {
  if (CHEROKEE.test(character)) return character.toUpperCase();
  if (character === SHARP_S) return 'ss';
  return character === DOTLESS_I ? character : character.toUpperCase().toLowerCase();
}
